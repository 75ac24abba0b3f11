package io.opnmanager.tunnel.broker.access.stream;

import java.util.concurrent.TimeUnit;

/**
 * So many bytes a second in one direction, for all connections of one destination together. Whoever
 * has no room yet sleeps, in the order in which they asked. Safe from any thread.
 */
final class Bandwidth {

    /** What was not used for a while is not saved for later, but for this much. */
    private static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long perSecond;

    /** When all that was let through until now has had its time; guarded by this. */
    private long paidUntil = System.nanoTime();

    /**
     * A limit that has not been used yet.
     *
     * @param perSecond bytes, from 1
     */
    Bandwidth(long perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until these bytes may go. */
    void take(int bytes) throws InterruptedException {
        long wait = reserve(bytes, System.nanoTime());
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    /** How long to wait, in nanoseconds, before these bytes may go. */
    synchronized long reserve(int bytes, long now) {
        long from = Math.max(paidUntil, now - SAVED_NANOS);
        paidUntil = from + TimeUnit.SECONDS.toNanos(1) * bytes / perSecond;
        return from - now;
    }
}
