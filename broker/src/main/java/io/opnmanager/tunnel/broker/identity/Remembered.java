package io.opnmanager.tunnel.broker.identity;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Remembers answers of the database for a short time, at most so many. What is looked up while
 * something is forgotten is not remembered: see {@link #generation}. Safe from any thread.
 */
final class Remembered<K, V> {

    private final int most;
    private final long lifetime;

    /** Oldest first; guarded by itself. */
    private final Map<K, Kept<V>> kept = new LinkedHashMap<>();

    private long generation;

    Remembered(int most, Duration lifetime) {
        this.most = most;
        this.lifetime = lifetime.toNanos();
    }

    @Nullable V find(K key) {
        synchronized (kept) {
            Kept<V> found = kept.get(key);
            if (found == null) {
                return null;
            }
            if (found.until() - System.nanoTime() > 0) {
                return found.value();
            }
            kept.remove(key);
            return null;
        }
    }

    /**
     * To be read before an answer is looked up, and given with it: between the two someone may have
     * called {@link #forget}, and then the answer is of no use to others.
     */
    long generation() {
        synchronized (kept) {
            return generation;
        }
    }

    /** Remembers an answer, for no longer than {@code atMost}. */
    void put(K key, V value, Duration atMost, long lookedUpAt) {
        synchronized (kept) {
            if (lookedUpAt != generation) {
                return;
            }
            kept.remove(key);
            long until = System.nanoTime() + Math.min(lifetime, atMost.toNanos());
            kept.put(key, new Kept<>(value, until));
            if (kept.size() > most) {
                var oldest = kept.entrySet().iterator();
                oldest.next();
                oldest.remove();
            }
        }
    }

    /** Forgets what is dead from now on. */
    void forget(BiPredicate<K, V> dead) {
        synchronized (kept) {
            generation++;
            kept.entrySet().removeIf(entry -> dead.test(entry.getKey(), entry.getValue().value()));
        }
    }

    private record Kept<V>(V value, long until) {}
}
