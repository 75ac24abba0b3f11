package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request on its way to the firewall, no faster than the firewall takes it.
 *
 * <p>Used on the context of its request only.
 */
final class Upload {

    private final HttpServerRequest from;
    private final HttpClientRequest to;
    private final Stall stall;
    private final Runnable whole;

    private boolean stopped;

    /**
     * Of a request that is paused.
     *
     * @param whole is told when all of it has been given to the firewall's connection
     */
    Upload(HttpServerRequest from, HttpClientRequest to, Stall stall, Runnable whole) {
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
                var _ = to.end();
            }
        });
        if (first != null) {
            next(first);
        }
        if (!to.writeQueueFull()) {
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
        var _ = to.write(chunk);
        if (to.writeQueueFull()) {
            from.pause();
            stall.on(Stall.Side.FIREWALL);
            to.drainHandler(room -> {
                if (!stopped) {
                    stall.on(Stall.Side.BROWSER);
                    from.resume();
                }
            });
        }
    }
}
