package io.opnmanager.tunnel.broker.limits;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * How many at once per key. A key costs memory only while someone is in. Safe from any thread; no
 * call waits.
 */
public final class Quotas {

    private final int maximum;
    private final ConcurrentMap<String, Integer> inside = new ConcurrentHashMap<>();

    /**
     * @param maximum at once per key, at least 1
     */
    public Quotas(int maximum) {
        if (maximum < 1) {
            throw new IllegalArgumentException("wanted a maximum above 0, found " + maximum);
        }
        this.maximum = maximum;
    }

    /**
     * Counts one more; false when the maximum is in already. Who got true owes one {@link #leave}.
     */
    public boolean enter(String key) {
        boolean[] entered = new boolean[1];
        inside.compute(
                key,
                (same, count) -> {
                    int now = count == null ? 0 : count;
                    entered[0] = now < maximum;
                    return entered[0] ? Integer.valueOf(now + 1) : count;
                });
        return entered[0];
    }

    /** Counts one less. */
    public void leave(String key) {
        inside.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    /** How many are in. */
    public int inside(String key) {
        return inside.getOrDefault(key, 0);
    }

    int keys() {
        return inside.size();
    }
}
