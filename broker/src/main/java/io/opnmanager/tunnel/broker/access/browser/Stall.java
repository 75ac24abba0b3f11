package io.opnmanager.tunnel.broker.access.browser;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Notices that one side of an exchange has stood still for too long. Used on one event loop.
 *
 * <p>Looks now and then instead of setting a timer for each chunk.
 */
final class Stall {

    /** Who has to do the next step. */
    enum Side {
        BROWSER,
        FIREWALL
    }

    private static final int LOOKS = 8;
    private static final long SHORTEST_MILLIS = 50;

    private final Relay relay;
    private final Consumer<Side> stalled;
    private Side side = Side.FIREWALL;
    private long since = System.nanoTime();
    private long timer = -1;
    private boolean silent;

    Stall(Relay relay, Consumer<Side> stalled) {
        this.relay = relay;
        this.stalled = stalled;
    }

    void begin() {
        Duration browser = relay.settings.stall();
        Duration firewall = relay.settings.answer();
        Duration shorter = browser.compareTo(firewall) < 0 ? browser : firewall;
        long pause = Math.max(SHORTEST_MILLIS, shorter.toMillis() / LOOKS);
        timer = relay.vertx.setPeriodic(pause, id -> look());
    }

    /** Something moved, and now it is this side's turn. */
    void on(Side next) {
        side = next;
        since = System.nanoTime();
    }

    /** From now on the firewall may be silent for ever. */
    void mayBeSilent() {
        silent = true;
    }

    void end() {
        relay.vertx.cancelTimer(timer);
    }

    private void look() {
        long limit =
                switch (side) {
                    case BROWSER -> relay.settings.stall().toNanos();
                    case FIREWALL -> silent ? Long.MAX_VALUE : relay.settings.answer().toNanos();
                };
        if (System.nanoTime() - since > limit) {
            stalled.accept(side);
        }
    }
}
