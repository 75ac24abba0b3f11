package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.contract.operator.StreamEnd;
import io.opnmanager.tunnel.contract.tls.Chunk;
import io.opnmanager.tunnel.contract.tls.Side;
import java.io.IOException;
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

    private final Side client;
    private final Side target;
    private final long begun = System.nanoTime();
    private final Direction up;
    private final Direction down;
    private final AtomicReference<@Nullable StreamEnd> end = new AtomicReference<>();

    /**
     * @param share of the bandwidth, with other connections to the same destination
     */
    Stream(Side client, Side target, Share share) {
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
            closeQuietly(client);
        }
    }

    private static void closeQuietly(Side side) {
        try {
            side.close();
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
        private final Side from;
        private final Side to;
        private final @Nullable Bandwidth limit;
        private final AtomicLong bytes = new AtomicLong();
        private volatile long moved = System.nanoTime();

        /** Whether a write has not come back yet. */
        private volatile boolean writing;

        Direction(Side from, Side to, @Nullable Bandwidth limit) {
            this.from = from;
            this.to = to;
            this.limit = limit;
        }

        void pump() {
            try {
                Chunk chunk = new Chunk();
                int read = chunk.fill(from);
                while (read >= 0) {
                    if (limit != null) {
                        limit.take(read);
                    }
                    moved = System.nanoTime();
                    writing = true;
                    chunk.drain(to);
                    writing = false;
                    bytes.addAndGet(read);
                    moved = System.nanoTime();
                    read = chunk.fill(from);
                }
                to.end();
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
