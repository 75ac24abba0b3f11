package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;

/** Says what went wrong and what to do: a page to who looks at one, a line of text to a script. */
final class TroublePage {

    /** RFC 9112 §9.6: closing while the sender still sends would lose it the answer. */
    private static final Duration LINGER = Duration.ofMillis(500);

    private TroublePage() {}

    /** Answers a request of which nothing has been answered yet. */
    static void answer(HttpServerRequest request, Trouble trouble, boolean asPage) {
        Buffer body = prepare(request, trouble, asPage);
        boolean headOnly = request.method().equals(HttpMethod.HEAD);
        var _ = headOnly ? request.response().end() : request.response().end(body);
    }

    /**
     * Answers a request after which its connection cannot be trusted: what follows on it may be
     * meant as a request by one reader and as a body by another. The answer is written and never
     * ended, so that nothing behind it is taken for a request, and the connection is closed.
     */
    static void answerLast(Vertx vertx, HttpServerRequest request, Trouble trouble) {
        if (request.version() == HttpVersion.HTTP_2) {
            // The end of the answer is the end of its stream; others of the connection go on.
            answer(request, trouble, false);
            return;
        }
        Buffer body = prepare(request, trouble, false);
        request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        var _ = request.response().write(body);
        request.handler(dropped -> {});
        request.resume();
        vertx.setTimer(LINGER.toMillis(), late -> request.connection().close());
    }

    private static Buffer prepare(HttpServerRequest request, Trouble trouble, boolean asPage) {
        HttpServerResponse response = request.response();
        Buffer body = Buffer.buffer(asPage ? page(trouble) : line(trouble));
        response.headers().clear();
        response.setStatusCode(trouble.status)
                .putHeader(
                        HttpHeaders.CONTENT_TYPE,
                        asPage ? "text/html; charset=utf-8" : "text/plain; charset=utf-8")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()))
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
        if (asPage) {
            response.putHeader("Content-Security-Policy", Card.POLICY_WITH_SCRIPT);
        }
        return body;
    }

    private static String page(Trouble trouble) {
        return Card.html(trouble.title, ScriptInsertion.TAG, "<p>%s</p>".formatted(trouble.advice));
    }

    private static String line(Trouble trouble) {
        return trouble.title + ". " + trouble.advice + "\n";
    }
}
