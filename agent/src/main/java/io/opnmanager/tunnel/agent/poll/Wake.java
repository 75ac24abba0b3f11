package io.opnmanager.tunnel.agent.poll;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the check-in loop. Many wakes before it looks are one. */
public final class Wake {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition rung = lock.newCondition();
    private boolean triggered;
    private boolean changed;

    /** The trigger asks for a check-in now. */
    public void trigger() {
        ring(true);
    }

    /** A tunnel changed: a check-in soon. */
    public void change() {
        ring(false);
    }

    private void ring(boolean now) {
        lock.lock();
        try {
            triggered |= now;
            changed |= !now;
            rung.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Blocks until the clock, a change or a trigger says so, and takes all of them as answered.
     *
     * @param never before this time, whoever rings
     * @param changeAfter a change rings only after this time
     * @param clock when it is due anyway
     */
    void await(Duration never, Duration changeAfter, Duration clock) throws InterruptedException {
        long start = System.nanoTime();
        lock.lock();
        try {
            while (true) {
                long passed = System.nanoTime() - start;
                long due = clock.toNanos();
                if (changed) {
                    due = Math.min(due, changeAfter.toNanos());
                }
                if (triggered) {
                    due = 0;
                }
                long wait = Math.max(due, never.toNanos()) - passed;
                if (wait <= 0) {
                    triggered = false;
                    changed = false;
                    return;
                }
                rung.await(wait, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }
}
