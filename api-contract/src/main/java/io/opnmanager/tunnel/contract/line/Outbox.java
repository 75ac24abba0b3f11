package io.opnmanager.tunnel.contract.line;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.sshd.common.io.AbstractIoWriteFuture;
import org.apache.sshd.common.io.IoWriteFuture;
import org.jspecify.annotations.Nullable;

/**
 * Packets on their way to the socket of a line, in order. Any thread. Whoever waits for a packet is
 * told without the lock: it may write again.
 *
 * <p>Small packets may be gathered and given to the socket together, which then is one call and at
 * the other end one read.
 *
 * <p>It has no bound of its own: what may be in it is bounded by the windows of the line's
 * channels.
 */
final class Outbox {

    /** So many packets that wait are given to the socket at once. */
    private static final int AT_ONCE = 16;

    /** Bytes of a packet that is better copied than written by itself. */
    private static final int SMALL = 2 * 1024;

    private static final int GATHERED = 8 * 1024;

    private final SocketChannel socket;
    private final Object id;

    /** Of every packet that was taken at once: each future of the library looks up a logger. */
    private final IoWriteFuture written;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final ArrayDeque<Write> writes = new ArrayDeque<>();

    /** Small packets; empty while others wait. */
    private @Nullable ByteBuffer gathered;

    private boolean ends;
    private boolean closed;

    Outbox(SocketChannel socket, Object id) {
        this.socket = socket;
        this.id = id;
        this.written = AbstractIoWriteFuture.fulfilled(id, true);
    }

    /** A packet, or what is left of it. Its bytes are the writer's again when it is done. */
    private static final class Write extends AbstractIoWriteFuture {
        private final ByteBuffer bytes;

        private Write(Object id, ByteBuffer bytes) {
            super(id, null);
            this.bytes = bytes;
        }

        private void done() {
            setValue(true);
        }

        private void failed(Exception why) {
            setValue(why);
        }
    }

    /**
     * Gives the socket as much as it takes; the rest waits for {@link #flush}.
     *
     * @param more whether {@link #flush} is called soon anyway, so that a small packet need not be
     *     given now
     * @return done when nothing of the packet is needed any more
     */
    IoWriteFuture write(ByteBuffer packet, boolean more) throws IOException {
        lock.lock();
        try {
            if (closed || ends) {
                throw new ClosedChannelException();
            }
            if (more && gather(packet)) {
                return written;
            }
            giveGathered();
            if (writes.isEmpty()) {
                var _ = socket.write(packet);
            }
            if (!packet.hasRemaining()) {
                return written;
            }
            Write write = new Write(id, packet);
            writes.add(write);
            return write;
        } finally {
            lock.unlock();
        }
    }

    private boolean gather(ByteBuffer packet) {
        if (packet.remaining() > SMALL || !writes.isEmpty()) {
            return false;
        }
        if (gathered == null) {
            gathered = ByteBuffer.allocate(GATHERED);
        }
        if (packet.remaining() > gathered.remaining()) {
            return false;
        }
        gathered.put(packet);
        return true;
    }

    /** What the socket does not take of it is a packet that waits. */
    private void giveGathered() throws IOException {
        ByteBuffer small = gathered;
        if (small == null || small.position() == 0) {
            return;
        }
        var _ = socket.write(small.flip());
        if (small.hasRemaining()) {
            writes.add(new Write(id, ByteBuffer.allocate(small.remaining()).put(small).flip()));
        }
        small.clear();
    }

    /** Such as why the line ends. */
    private void giveLast() {
        try {
            giveGathered();
        } catch (IOException e) {
            // The socket is gone, and with it whoever would have read it.
        }
    }

    /** What a packet that could not be written has come to. */
    IoWriteFuture lost(ByteBuffer packet, Exception why) {
        Write write = new Write(id, packet);
        write.failed(why);
        return write;
    }

    boolean waits() {
        lock.lock();
        try {
            return !writes.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the socket what was gathered, or more of what waits for it. */
    void flush() throws IOException {
        List<Write> done = new ArrayList<>();
        lock.lock();
        try {
            giveGathered();
            if (writes.isEmpty()) {
                return;
            }
            ByteBuffer[] next =
                    writes.stream()
                            .limit(AT_ONCE)
                            .map(write -> write.bytes)
                            .toArray(ByteBuffer[]::new);
            var _ = socket.write(next);
            while (!writes.isEmpty() && !writes.getFirst().bytes.hasRemaining()) {
                done.add(writes.removeFirst());
            }
            endIfAllWent();
        } finally {
            lock.unlock();
        }
        done.forEach(Write::done);
    }

    private void endIfAllWent() throws IOException {
        if (ends && writes.isEmpty() && socket.isOpen()) {
            socket.shutdownOutput();
        }
    }

    /** No packet comes any more; those that wait are still sent. */
    void end() throws IOException {
        lock.lock();
        try {
            giveGathered();
            ends = true;
            endIfAllWent();
        } finally {
            lock.unlock();
        }
    }

    /** What waits now. What was gathered goes. */
    List<IoWriteFuture> waiting() {
        lock.lock();
        try {
            giveLast();
            return List.copyOf(writes);
        } finally {
            lock.unlock();
        }
    }

    /** What waits is lost. */
    void close() {
        List<Write> lost;
        lock.lock();
        try {
            giveLast();
            closed = true;
            lost = List.copyOf(writes);
            writes.clear();
        } finally {
            lock.unlock();
        }
        lost.forEach(write -> write.failed(new ClosedChannelException()));
    }
}
