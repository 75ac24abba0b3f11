package io.opnmanager.tunnel.agent.broker;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential backoff with full jitter: a uniformly random wait between nothing and a ceiling that
 * doubles. Without the jitter every agent of a restarted broker comes back in the same instant.
 *
 * <p>Used by one thread.
 */
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private Duration ceiling;

    /**
     * @param first the first ceiling
     * @param longest no wait is longer
     */
    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.ceiling = first;
    }

    /** How long to wait before the next attempt. */
    public Duration next() {
        Duration wait =
                Duration.ofNanos(ThreadLocalRandom.current().nextLong(ceiling.toNanos() + 1));
        Duration doubled = ceiling.multipliedBy(2);
        ceiling = doubled.compareTo(longest) < 0 ? doubled : longest;
        return wait;
    }

    /** It went well: start small again. */
    public void reset() {
        ceiling = first;
    }
}
