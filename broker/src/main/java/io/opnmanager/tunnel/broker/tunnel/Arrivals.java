package io.opnmanager.tunnel.broker.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What came over a line for a {@link TunnelChannel} and was not given to its pipeline yet: one
 * window at the most. It counts bytes, not packets: a peer that sends them one by one costs no
 * more.
 *
 * <p>Put in by the line's thread, taken out by the event loop.
 */
final class Arrivals {

    /** Given at once; as much as a socket is read for. */
    private static final int CHUNK = 64 * 1024;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final ReceiveWindow window;
    private @Nullable ByteBuf latest;
    private boolean dropped;

    /** Of the event loop: taken out of what waits, and not given whole. */
    private @Nullable ByteBuf next;

    Arrivals(ReceiveWindow window) {
        this.window = window;
    }

    /**
     * Bytes came.
     *
     * @throws IOException when they are more than the window
     */
    void put(byte[] data, int from, int length) throws IOException {
        lock.lock();
        try {
            if (dropped) {
                // Sent before the other end knew.
                return;
            }
            window.arrived(length);
            if (latest == null) {
                latest = Unpooled.buffer(length);
            }
            latest.writeBytes(data, from, length);
        } finally {
            lock.unlock();
        }
    }

    /** The next ones, which are the caller's; {@code null} when there are none. */
    @Nullable ByteBuf take() {
        ByteBuf from = next == null ? takeLatest() : next;
        if (from != null && from.readableBytes() > CHUNK) {
            next = from;
            return from.readRetainedSlice(CHUNK);
        }
        next = null;
        return from;
    }

    private @Nullable ByteBuf takeLatest() {
        lock.lock();
        try {
            ByteBuf taken = latest;
            latest = null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing waits. */
    boolean isEmpty() {
        lock.lock();
        try {
            return waiting() == 0;
        } finally {
            lock.unlock();
        }
    }

    private int waiting() {
        return readable(next) + readable(latest);
    }

    private static int readable(@Nullable ByteBuf bytes) {
        return bytes == null ? 0 : bytes.readableBytes();
    }

    /**
     * So many were given.
     *
     * @return how many the other end is to be granted now; 0 for none yet
     */
    int given(int bytes) {
        lock.lock();
        try {
            return dropped ? 0 : window.delivered(bytes, waiting(), System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nobody will take what waits, or comes.
     *
     * @return how many bytes that is
     */
    int drop() {
        lock.lock();
        try {
            int bytes = waiting();
            dropped = true;
            release(next);
            release(latest);
            next = null;
            latest = null;
            window.close();
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private static void release(@Nullable ByteBuf bytes) {
        if (bytes != null) {
            bytes.release();
        }
    }
}
