package io.opnmanager.tunnel.demo.page;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * How long a connection lives: 15 requests, or 30 s between two. Whoever reuses connections has to
 * cope with both. Runs on the server's only event loop.
 *
 * @see <a href="https://github.com/opnsense/core">src/etc/inc/plugins.inc.d/webgui.inc</a>:
 *     server.max-keep-alive-requests, server.max-keep-alive-idle
 */
final class KeepAlive {

    static final int REQUESTS = 15;
    private static final long IDLE_MS = 30_000;

    private final Vertx vertx;
    private final Map<HttpConnection, Use> uses = new HashMap<>();

    KeepAlive(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Of one connection. */
    private static final class Use {
        private int requests;
        private long idleTimer = -1;
    }

    void opened(HttpConnection connection) {
        Use use = new Use();
        uses.put(connection, use);
        rest(connection, use);
        connection.closeHandler(closed -> {
            vertx.cancelTimer(use.idleTimer);
            uses.remove(connection);
        });
    }

    void begins(HttpServerRequest request) {
        HttpConnection connection = request.connection();
        Use use = uses.computeIfAbsent(connection, unknown -> new Use());
        use.requests++;
        vertx.cancelTimer(use.idleTimer);
        boolean last = use.requests >= REQUESTS;
        if (last) {
            request.response().putHeader("Connection", "close");
        }
        request.response()
                .endHandler(ended -> {
                    if (last) {
                        connection.close();
                    } else {
                        rest(connection, use);
                    }
                });
    }

    private void rest(HttpConnection connection, Use use) {
        use.idleTimer = vertx.setTimer(IDLE_MS, fired -> connection.close());
    }
}
