package io.opnmanager.tunnel.contract.splice;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes all windows below it may have beyond their first size. One for the process, one
 * for each line below it. Any thread.
 */
public final class Allowance {

    private final @Nullable Allowance above;
    private final long most;
    private final AtomicLong taken = new AtomicLong();

    private Allowance(@Nullable Allowance above, long most) {
        this.above = above;
        this.most = most;
    }

    /** Of a whole process. */
    public static Allowance of(long most) {
        return new Allowance(null, most);
    }

    /** So many-th part of the heap, as large as it may become. */
    public static Allowance ofHeap(int part) {
        return of(Runtime.getRuntime().maxMemory() / part);
    }

    /** A part of this one for one line. */
    public Allowance part(long mostOfIt) {
        return new Allowance(this, mostOfIt);
    }

    /**
     * Takes as much as there is, so many bytes at the most.
     *
     * @return how many that were
     */
    long take(long bytes) {
        long before = taken.getAndUpdate(now -> now + Math.clamp(most - now, 0, bytes));
        long own = Math.clamp(most - before, 0, bytes);
        long granted = above == null ? own : above.take(own);
        taken.addAndGet(granted - own);
        return granted;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
        if (above != null) {
            above.giveBack(bytes);
        }
    }

    /** What is taken now. */
    public long taken() {
        return taken.get();
    }
}
