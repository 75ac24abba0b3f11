package io.opnmanager.tunnel.benchmarks.fleet;

/** How agents ask whether anything waits for them. */
public enum Manner {
    /**
     * As the product's two programs do: the answer is held; the agent checks in by the clock too.
     */
    HELD(true, true, 0),
    /** The same without the agent's check-ins. */
    HELD_ONLY(true, false, 0),
    /** Answered at once, and asked again at once: as many checks as the broker takes. */
    AT_ONCE(false, false, 0),
    /** Answered at once, and asked again after a second. */
    EVERY_SECOND(false, false, 1_000),
    /** Answered at once, and asked again after a minute: a connection that is open. */
    EVERY_MINUTE(false, false, 60_000);

    private final boolean held;
    private final boolean checksIn;
    private final long pauseMillis;

    Manner(boolean held, boolean checksIn, long pauseMillis) {
        this.held = held;
        this.checksIn = checksIn;
        this.pauseMillis = pauseMillis;
    }

    boolean held() {
        return held;
    }

    boolean checksIn() {
        return checksIn;
    }

    long pauseMillis() {
        return pauseMillis;
    }
}
