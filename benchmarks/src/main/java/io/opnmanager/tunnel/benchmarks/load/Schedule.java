package io.opnmanager.tunnel.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * When requests are due: evenly, whatever became of those before, which is what "open loop" means.
 *
 * @param begin of {@link System#nanoTime()}
 * @param perSecond of requests
 */
record Schedule(long begin, int perSecond) {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** The kernel wakes a sleeper so late: the rest is waited for awake. */
    private static final long AWAKE_NANOS = 70_000;

    /** How many are due within this time. */
    int within(Duration time) {
        return Math.toIntExact(time.toNanos() * perSecond / NANOS_PER_SECOND);
    }

    /** Counted from the begin, so that nothing adds up. */
    long due(int request) {
        return begin + request * NANOS_PER_SECOND / perSecond;
    }

    /** Waits for its time; returns at once when that has passed. */
    void await(int request) {
        long due = due(request);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            if (left > AWAKE_NANOS) {
                LockSupport.parkNanos(left - AWAKE_NANOS);
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
