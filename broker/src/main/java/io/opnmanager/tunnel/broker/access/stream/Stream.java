package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.contract.operator.StreamEnd;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection and what is behind it. Two virtual threads pump, one for each direction;
 * the end of one direction leaves the other open. Whoever cannot be written to is not read for:
 * what is under way is one chunk for each direction, and what the kernel holds.
 */
final class Stream implements AutoCloseable {

    private static final int CHUNK = 64 * 1024;

    private final Socket line;
    private final Socket client;
    private final Socket target;
    private final long begun = System.nanoTime();
    private final Direction up;
    private final Direction down;
    private final AtomicReference<@Nullable StreamEnd> end = new AtomicReference<>();

    /**
     * @param line the TCP connection below the client's TLS: closing TLS waits for a write that is
     *     under way, closing this does not
     * @param share of the bandwidth, with other connections to the same destination
     */
    Stream(Socket line, Socket client, Socket target, Share share) {
        this.line = line;
        this.client = client;
        this.target = target;
        this.up = new Direction(client, target, share.up());
        this.down = new Direction(target, client, share.down());
    }

    /**
     * What connections to one destination share; null is without limit.
     *
     * @param up from clients
     * @param down to clients
     */
    record Share(@Nullable Bandwidth up, @Nullable Bandwidth down) {}

    /** Pumps to the end, in the calling virtual thread and one more. */
    void run() throws InterruptedException {
        Thread downwards = Thread.ofVirtual().name("stream-down").start(down::pump);
        up.pump();
        downwards.join();
        close(StreamEnd.DONE);
    }

    /** Ends it when a side has been still for too long; called now and then. */
    void look(Duration idle, Duration stall) {
        long now = System.nanoTime();
        if (up.isStalled(now, stall) || down.isStalled(now, stall)) {
            close(StreamEnd.STALLED);
        } else if (now - Math.max(up.moved, down.moved) > idle.toNanos()) {
            close(StreamEnd.IDLE);
        }
    }

    /** Cuts it. */
    @Override
    public void close() {
        close(StreamEnd.CUT);
    }

    private void close(StreamEnd why) {
        if (end.compareAndSet(null, why)) {
            closeQuietly(target);
            closeQuietly(why == StreamEnd.DONE ? client : line);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    /** Why it ended; null while it has not. */
    @Nullable StreamEnd end() {
        return end.get();
    }

    /** Bytes from the client so far. */
    long bytesIn() {
        return up.bytes.get();
    }

    /** Bytes to the client so far. */
    long bytesOut() {
        return down.bytes.get();
    }

    Duration upTime() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    /** One way through. Its own thread writes, others look. */
    private final class Direction {
        private final Socket from;
        private final Socket to;
        private final @Nullable Bandwidth limit;
        private final AtomicLong bytes = new AtomicLong();
        private volatile long moved = System.nanoTime();

        /** Whether a write has not come back yet. */
        private volatile boolean writing;

        Direction(Socket from, Socket to, @Nullable Bandwidth limit) {
            this.from = from;
            this.to = to;
            this.limit = limit;
        }

        void pump() {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] chunk = new byte[CHUNK];
                int read = in.read(chunk);
                while (read >= 0) {
                    if (limit != null) {
                        limit.take(read);
                    }
                    moved = System.nanoTime();
                    writing = true;
                    out.write(chunk, 0, read);
                    writing = false;
                    bytes.addAndGet(read);
                    moved = System.nanoTime();
                    read = in.read(chunk);
                }
                to.shutdownOutput();
            } catch (IOException e) {
                close(StreamEnd.BROKEN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                close(StreamEnd.CUT);
            }
        }

        boolean isStalled(long now, Duration stall) {
            return writing && now - moved > stall.toNanos();
        }
    }
}
