package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way to the firewall, no faster than the firewall takes it.
 *
 * <p>Used on the context of its request only.
 */
final class Upload {

    private final HttpServerRequest from;
    private final PageConnection to;
    private final Stall stall;
    private final Runnable whole;

    private boolean stopped;
    private boolean waits;

    /**
     * Of a request that is paused.
     *
     * @param whole is told when all of it has been given to the firewall's connection
     */
    Upload(HttpServerRequest from, PageConnection to, Stall stall, Runnable whole) {
        this.from = from;
        this.to = to;
        this.stall = stall;
        this.whole = whole;
    }

    /**
     * Begins.
     *
     * @param first what has been read of it already
     */
    void begin(@Nullable Buffer first) {
        stall.on(Stall.Side.BROWSER);
        from.handler(this::next);
        from.endHandler(end -> {
            whole.run();
            if (!stopped) {
                stall.on(Stall.Side.FIREWALL);
                to.end();
            }
        });
        if (first != null) {
            next(first);
        }
        if (!waits) {
            from.resume();
        }
    }

    /** Nothing goes to the firewall any more. */
    void stop() {
        stopped = true;
    }

    private void next(Buffer chunk) {
        if (stopped) {
            return;
        }
        stall.on(Stall.Side.BROWSER);
        to.write(chunk);
        if (to.isFull()) {
            waits = true;
            from.pause();
            stall.on(Stall.Side.FIREWALL);
        }
    }

    /** What was written has gone. */
    void room() {
        if (waits && !stopped) {
            waits = false;
            stall.on(Stall.Side.BROWSER);
            from.resume();
        }
    }
}
