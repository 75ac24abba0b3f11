package io.opnmanager.tunnel.broker.access.browser;

import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.impl.ContextInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    private final BrowserSettings settings;
    private final ContextInternal context;
    private final Consumer<Side> stalled;
    private Side side = Side.FIREWALL;
    private long since = System.nanoTime();
    private @Nullable ScheduledFuture<?> looks;
    private boolean silent;

    Stall(BrowserSettings settings, ContextInternal context, Consumer<Side> stalled) {
        this.settings = settings;
        this.context = context;
        this.stalled = stalled;
    }

    void begin() {
        Duration browser = settings.stall();
        Duration firewall = settings.answer();
        Duration shorter = browser.compareTo(firewall) < 0 ? browser : firewall;
        long pause = Math.max(SHORTEST_MILLIS, shorter.toMillis() / LOOKS);
        looks =
                context.nettyEventLoop()
                        .scheduleWithFixedDelay(
                                () -> context.dispatch(this::look),
                                pause,
                                pause,
                                TimeUnit.MILLISECONDS);
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
        ScheduledFuture<?> begun = looks;
        if (begun != null) {
            begun.cancel(false);
        }
    }

    private void look() {
        long limit =
                switch (side) {
                    case BROWSER -> settings.stall().toNanos();
                    case FIREWALL -> silent ? Long.MAX_VALUE : settings.answer().toNanos();
                };
        if (System.nanoTime() - since > limit) {
            stalled.accept(side);
        }
    }
}
