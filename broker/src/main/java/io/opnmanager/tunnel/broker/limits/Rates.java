package io.opnmanager.tunnel.broker.limits;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket per key: {@code burst} at once, then one every {@code refill}. At most {@code
 * maxKeys} are remembered: for a new one a bucket that is full again makes room, or else the one
 * unused for longest. Safe from any thread; no call waits.
 */
public final class Rates {

    /** How many of the oldest are looked at for a full one, so that a call stays cheap. */
    private static final int LOOKED_AT = 8;

    private final long refill;
    private final long depth;
    private final int maxKeys;
    private final LongSupplier clock;
    private final long start;

    /**
     * Per key the moment (nanoseconds since the start) at which its bucket is full again: all that
     * a token bucket has to remember (GCRA, ITU-T I.371). Oldest use first; guarded by itself.
     */
    private final Map<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param burst tokens in a full bucket, at least 1
     * @param refill time for one token to come back, positive
     * @param maxKeys remembered keys, at least 1
     */
    public Rates(int burst, Duration refill, int maxKeys) {
        this(burst, refill, maxKeys, System::nanoTime);
    }

    Rates(int burst, Duration refill, int maxKeys, LongSupplier clock) {
        if (burst < 1 || refill.isNegative() || refill.isZero() || maxKeys < 1) {
            throw new IllegalArgumentException(
                    "wanted burst, refill and keys above 0, found %d, %s, %d"
                            .formatted(burst, refill, maxKeys));
        }
        this.refill = refill.toNanos();
        this.depth = Math.multiplyExact(this.refill, (long) burst);
        this.maxKeys = maxKeys;
        this.clock = clock;
        this.start = clock.getAsLong();
    }

    /** Takes one token; false when there is none. */
    public boolean take(String key) {
        synchronized (fullAt) {
            long now = now();
            long next = Math.max(fullAt.getOrDefault(key, now), now) + refill;
            if (next - now > depth) {
                return false;
            }
            fullAt.put(key, next);
            makeRoom(now);
            return true;
        }
    }

    /** Puts a token back that was taken for something that turned out not to count. */
    public void giveBack(String key) {
        synchronized (fullAt) {
            fullAt.computeIfPresent(key, (same, full) -> full - refill);
        }
    }

    /** How long until {@link #take} may succeed again; zero when it would now. */
    public Duration retryAfter(String key) {
        synchronized (fullAt) {
            long now = now();
            long missing = Math.max(fullAt.getOrDefault(key, now), now) + refill - now - depth;
            return Duration.ofNanos(Math.max(0, missing));
        }
    }

    int keys() {
        synchronized (fullAt) {
            return fullAt.size();
        }
    }

    private void makeRoom(long now) {
        if (fullAt.size() <= maxKeys) {
            return;
        }
        var oldest = fullAt.entrySet().iterator();
        for (int looked = 0; looked < LOOKED_AT && oldest.hasNext(); looked++) {
            if (oldest.next().getValue() <= now) {
                oldest.remove();
                return;
            }
        }
        var first = fullAt.entrySet().iterator();
        first.next();
        first.remove();
    }

    private long now() {
        return clock.getAsLong() - start;
    }
}
