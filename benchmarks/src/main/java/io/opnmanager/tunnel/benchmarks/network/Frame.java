package io.opnmanager.tunnel.benchmarks.network;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What passes a {@link TunDevice}: {@code struct virtio_net_hdr} (linux/virtio_net.h) and an IPv4
 * packet. One with a segment size stands for as many TCP packets as its data makes, and each of
 * them can be lost by itself, so it can be taken apart.
 *
 * @param bytes all of it
 */
record Frame(MemorySegment bytes) {

    /** Where the IPv4 packet begins; the fields before are in the machine's order. */
    static final int IP = 10;

    private static final long GSO_TYPE = 1;
    private static final long GSO_SIZE = 4;

    /** RFC 791 and RFC 9293, in network order. */
    private static final long IP_LENGTH = IP + 2;

    private static final long IP_ID = IP + 4;
    private static final long IP_PROTOCOL = IP + 9;
    private static final long IP_CHECKSUM = IP + 10;
    private static final long IP_ADDRESSES = IP + 12;
    private static final int TCP_SEQUENCE = 4;
    private static final int TCP_OFFSET = 12;
    private static final int TCP_FLAGS = 13;
    private static final int TCP_CHECKSUM = 16;
    private static final int FIN_AND_PSH = 0x09;
    private static final int CWR = 0x80;

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort HOST = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = HOST.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private int segmentSize() {
        return Short.toUnsignedInt(bytes.get(HOST, GSO_SIZE));
    }

    private int tcp() {
        return IP + (bytes.get(BYTE, IP) & 0x0f) * 4;
    }

    private int data() {
        return tcp() + ((bytes.get(BYTE, tcp() + TCP_OFFSET) & 0xf0) >> 4) * 4;
    }

    /** How many packets it stands for. */
    int packets() {
        int size = segmentSize();
        return size == 0 ? 1 : (int) ((bytes.byteSize() - data() + size - 1) / size);
    }

    /**
     * Some of its packets as a frame.
     *
     * @param first the first of them, from 0
     * @param end the first that is not
     * @param into where it is written; must not be this frame
     * @return its length
     */
    int part(int first, int end, MemorySegment into) {
        int tcp = tcp();
        int data = data();
        long from = (long) first * segmentSize();
        long to = Math.min((long) end * segmentSize(), bytes.byteSize() - data);
        int length = (int) (data + to - from);
        MemorySegment.copy(bytes, 0, into, 0, data);
        MemorySegment.copy(bytes, data + from, into, data, to - from);
        if (end - first == 1) {
            into.set(BYTE, GSO_TYPE, (byte) 0);
            into.set(HOST, GSO_SIZE, (short) 0);
        }
        into.set(SHORT, IP_LENGTH, (short) (length - IP));
        into.set(SHORT, IP_ID, (short) (bytes.get(SHORT, IP_ID) + first));
        into.set(SHORT, IP_CHECKSUM, (short) 0);
        into.set(SHORT, IP_CHECKSUM, (short) ~sum(into, IP, tcp, 0));
        into.set(INT, tcp + TCP_SEQUENCE, (int) (bytes.get(INT, tcp + TCP_SEQUENCE) + from));
        int flags = bytes.get(BYTE, tcp + TCP_FLAGS);
        flags &= first > 0 ? ~CWR : ~0;
        flags &= end < packets() ? ~FIN_AND_PSH : ~0;
        into.set(BYTE, tcp + TCP_FLAGS, (byte) flags);
        // Of the pseudo-header only: the rest is added where it leaves the machine, so never.
        int pseudo = Byte.toUnsignedInt(bytes.get(BYTE, IP_PROTOCOL)) + length - tcp;
        into.set(
                SHORT,
                tcp + TCP_CHECKSUM,
                (short) sum(into, IP_ADDRESSES, IP_ADDRESSES + 8, pseudo));
        return length;
    }

    /** RFC 1071, not yet complemented. */
    private static int sum(MemorySegment in, long from, long to, int start) {
        int sum = start;
        for (long at = from; at < to; at += 2) {
            sum += Short.toUnsignedInt(in.get(SHORT, at));
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
    }
}
