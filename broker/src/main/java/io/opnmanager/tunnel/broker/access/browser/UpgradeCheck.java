package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * A WebSocket that ends as soon as it is there: with it {@code tunnelctl doctor} sees whether what
 * stands between lets upgrades pass, which pages of firewalls need. Asks for no credential and
 * tells nothing. Runs on event loops.
 */
@Singleton
class UpgradeCheck {

    private static final String PATH = "/.well-known/opnmanager-tunnel/websocket";

    /** After sessions' own hosts, before the console. */
    private static final int ORDER = -600;

    private static final int UPGRADE_REQUIRED = 426;

    void route(@Observes Router router) {
        router.route(HttpMethod.GET, PATH).order(ORDER).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
            request.response()
                    .setStatusCode(UPGRADE_REQUIRED)
                    .putHeader(HttpHeaders.UPGRADE, "websocket")
                    .end();
            return;
        }
        // A head that is no upgrade after all has been answered with 400 by then.
        request.toWebSocket().onSuccess(socket -> socket.close());
    }
}
