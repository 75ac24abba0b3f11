package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Answers in the broker's own name on hosts of sessions, whether or not the request has been read
 * to its end. Nothing of it is ever kept by a cache. On event loops.
 */
@Singleton
class BrokerAnswers {

    /** RFC 9112 §9.6: closing while the sender still sends would lose it the answer. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Vertx vertx;

    BrokerAnswers(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Status and headers that every answer of ours has; to be followed by {@link #end}. */
    HttpServerResponse begin(HttpServerRequest request, int status) {
        return request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer");
    }

    void empty(HttpServerRequest request, int status) {
        begin(request, status);
        end(request, Buffer.buffer());
    }

    void redirect(HttpServerRequest request, String location) {
        begin(request, 303).putHeader(HttpHeaders.LOCATION, location);
        end(request, Buffer.buffer());
    }

    /** Sends the answer; a sender that goes on sending is cut off a moment later. */
    void end(HttpServerRequest request, Buffer body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (request.isEnded()) {
            var _ = response.end(body);
            return;
        }
        if (request.version() == HttpVersion.HTTP_2) {
            var _ = response.end(body).onComplete(sent -> response.reset());
            return;
        }
        response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        long late = vertx.setTimer(LINGER.toMillis(), timer -> request.connection().close());
        request.handler(dropped -> {});
        request.exceptionHandler(broken -> vertx.cancelTimer(late));
        request.endHandler(done -> vertx.cancelTimer(late));
        var _ = response.end(body);
        request.resume();
    }
}
