package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;

/** Says what went wrong and what to do: a page to who looks at one, a line of text to a script. */
final class TroublePage {

    private static final String STYLE =
            ":root{color-scheme:light dark}body{font:17px/1.55 system-ui,sans-serif;max-width:36rem;margin:14vh"
                    + " auto;padding:0 1.2rem}h1{font-size:1.5rem;border-left:.35rem solid"
                    + " #c2410c;padding-left:.8rem}p{opacity:.85}";
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'sha256-"
                    + digest(STYLE)
                    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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
            response.putHeader("Content-Security-Policy", POLICY);
        }
        return body;
    }

    private static String page(Trouble trouble) {
        return """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">%s
        <title>%s</title><style>%s</style></head>
        <body><main><h1>%s</h1><p>%s</p></main></body></html>
        """
                .formatted(
                        ScriptInsertion.TAG, trouble.title, STYLE, trouble.title, trouble.advice);
    }

    private static String line(Trouble trouble) {
        return trouble.title + ". " + trouble.advice + "\n";
    }

    private static String digest(String text) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
