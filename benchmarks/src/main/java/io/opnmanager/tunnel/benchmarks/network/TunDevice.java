package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * A network interface whose packets this process reads and writes; it is gone when it is closed or
 * when this process has ended. Every frame has a {@code struct virtio_net_hdr} in front, so that
 * the kernel hands over and takes TCP segments of up to 64 KiB in one call, as it does with a
 * network card. One thread may read while another one writes.
 */
final class TunDevice implements AutoCloseable {

    /** The largest frame: {@code virtio_net_hdr} and an IPv4 packet. */
    static final int LARGEST = Frame.IP + 65_535;

    /** {@code linux/if_tun.h}. */
    private static final long TUNSETIFF = 0x400454caL;

    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final short IFF_TUN = 0x0001;
    private static final short IFF_NO_PI = 0x1000;
    private static final short IFF_VNET_HDR = 0x4000;
    private static final long TUN_F_CSUM = 0x01;
    private static final long TUN_F_TSO4 = 0x02;

    /** {@code struct ifreq}: the name, then a union. */
    private static final long IFREQ = 40;

    private static final long IFREQ_FLAGS = 16;

    private static final long NANOS = 1_000_000_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment reading = SystemCalls.state(arena);
    private final MemorySegment writing = SystemCalls.state(arena);
    private final MemorySegment poll = arena.allocate(8, 4);
    private final MemorySegment timeout = arena.allocate(16, 8);
    private final String name;
    private final int descriptor;

    /** Makes it, in the namespace of this process. */
    TunDevice(String name) throws IOException {
        this.name = name;
        this.descriptor =
                SystemCalls.open(
                        reading,
                        arena.allocateFrom("/dev/net/tun"),
                        SystemCalls.O_RDWR | SystemCalls.O_NONBLOCK | SystemCalls.O_CLOEXEC);
        if (descriptor < 0) {
            throw failed("/dev/net/tun cannot be opened", reading);
        }
        MemorySegment request = arena.allocate(IFREQ, 8);
        byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(letters, 0, request, ValueLayout.JAVA_BYTE, 0, letters.length);
        request.set(
                ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI | IFF_VNET_HDR));
        if (SystemCalls.ioctl(reading, descriptor, TUNSETIFF, request) < 0) {
            throw failed("the interface cannot be made", reading);
        }
        if (SystemCalls.ioctl(reading, descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) < 0) {
            throw failed("the interface does not take large segments", reading);
        }
        poll.set(ValueLayout.JAVA_INT, 0, descriptor);
        poll.set(ValueLayout.JAVA_SHORT, 4, SystemCalls.POLLIN);
    }

    String name() {
        return name;
    }

    /**
     * The next frame that the kernel sends.
     *
     * @param into has room for {@link #LARGEST}
     * @return its length, 0 when there is none now
     */
    int read(MemorySegment into) throws IOException {
        long length = SystemCalls.read(reading, descriptor, into, LARGEST);
        if (length >= 0) {
            return (int) length;
        }
        return switch (SystemCalls.errno(reading)) {
            case SystemCalls.EAGAIN, SystemCalls.EINTR -> 0;
            default -> throw failed("no frame can be read", reading);
        };
    }

    /** Waits until there may be a frame to read. */
    void await(long nanos) {
        timeout.set(ValueLayout.JAVA_LONG, 0, nanos / NANOS);
        timeout.set(ValueLayout.JAVA_LONG, 8, nanos % NANOS);
        var _ = SystemCalls.ppoll(reading, poll, 1, timeout);
    }

    /** Gives the kernel a frame that came for it. */
    void write(MemorySegment frame) throws IOException {
        if (SystemCalls.write(writing, descriptor, frame, frame.byteSize()) < 0) {
            throw failed("a frame of " + frame.byteSize() + " bytes is not taken", writing);
        }
    }

    private IOException failed(String what, MemorySegment state) {
        return new IOException(
                "interface %s: %s, errno %d".formatted(name, what, SystemCalls.errno(state)));
    }

    /** When nobody reads or writes any more. */
    @Override
    public void close() {
        var _ = SystemCalls.close(reading, descriptor);
        arena.close();
    }
}
