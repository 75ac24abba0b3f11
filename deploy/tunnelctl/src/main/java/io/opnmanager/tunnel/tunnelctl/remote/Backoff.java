package io.opnmanager.tunnel.tunnelctl.remote;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential backoff with full jitter: a uniformly random wait between nothing and a ceiling that
 * doubles, so that the clients of a restarted broker do not all come back in the same instant. Used
 * by one thread.
 */
public final class Backoff {

    private final Duration first;
    private final Duration longest;
    private Duration ceiling;

    /**
     * Starts small.
     *
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
