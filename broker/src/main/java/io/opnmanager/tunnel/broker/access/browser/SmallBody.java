package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Reads what fits into a few lines, from a sender that does not take all day. On event loops. */
final class SmallBody {

    private static final Duration WITHIN = Duration.ofSeconds(10);

    private SmallBody() {}

    /**
     * Reads a body of text; fails when it is longer than {@code most} bytes, late or cut off. Has
     * to be called before anything of the body has passed.
     */
    static Future<String> read(Vertx vertx, HttpServerRequest request, int most) {
        Promise<String> read = Promise.promise();
        Buffer body = Buffer.buffer();
        long late = vertx.setTimer(WITHIN.toMillis(), timer -> read.tryFail("too slow"));
        request.exceptionHandler(read::tryFail);
        request.handler(part -> {
            if (body.length() + part.length() > most) {
                read.tryFail("too long");
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(end -> read.tryComplete(body.toString(StandardCharsets.UTF_8)));
        request.resume();
        return read.future().onComplete(done -> vertx.cancelTimer(late));
    }
}
