package io.opnmanager.tunnel.broker.problem;

import io.opnmanager.tunnel.contract.ProblemDocument;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;

/**
 * Takes in the bodies of the API before anything else looks at them, at most 64 KiB each: a slow
 * sender occupies no thread, a large one no memory. Answers what no resource answers, too. Runs on
 * event loops.
 *
 * <p>Only below {@code /api}, after every route of an order below {@link #ORDER}: what is relayed
 * to a firewall has to be routed before.
 */
@Singleton
class BodyLimit {

    static final String DETAIL = "wanted a body of at most 64 KiB, found a larger one";

    /** Before the framework's own limit (order -2), which answers without a document. */
    static final int ORDER = -100;

    private static final long LIMIT = 64 * 1_024;
    private static final String COLLECTED = "body-collected";
    private static final String PATHS = "/api/*";

    /** RFC 9112 §9.6: closing while the sender still sends would lose it the answer. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    private final Vertx vertx;
    private final Documents documents;

    BodyLimit(Vertx vertx, Documents documents) {
        this.vertx = vertx;
        this.documents = documents;
    }

    void route(@Observes Router router) {
        Handler<RoutingContext> bodies =
                BodyHandler.create(false).setBodyLimit(LIMIT).setHandleFileUploads(false);
        router.route(PATHS).order(ORDER).handler(this::refuseAnnounced);
        router.route(PATHS)
                .order(ORDER + 1)
                .handler(context -> collect(context, bodies))
                .failureHandler(this::failed);
        router.route(PATHS).order(ORDER + 2).handler(BodyLimit::markEmpty);
        router.route().order(Integer.MAX_VALUE).handler(this::notFound);
    }

    private void refuseAnnounced(RoutingContext request) {
        String announced = request.request().getHeader(HttpHeaders.CONTENT_LENGTH);
        if (announced != null && isLarger(announced)) {
            tooLarge(request);
        } else {
            request.next();
        }
    }

    private static boolean isLarger(String announced) {
        try {
            return Long.parseLong(announced.strip()) > LIMIT;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    /**
     * A body whose length nobody announced is collected here, so that one that grows too large is
     * answered with a document. Over HTTP/2 the REST layer insists on reading itself, and the
     * server's own limit holds there.
     */
    private static void collect(RoutingContext context, Handler<RoutingContext> bodies) {
        HttpServerRequest request = context.request();
        boolean unannounced =
                request.version() != HttpVersion.HTTP_2
                        && request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
        if (unannounced) {
            context.put(COLLECTED, true);
            bodies.handle(context);
        } else {
            context.next();
        }
    }

    /**
     * Without this the REST layer takes a collected empty body for one that is yet to be read, and
     * waits for an end that has been and gone.
     */
    private static void markEmpty(RoutingContext context) {
        if (context.get(COLLECTED) != null && context.body().buffer() == null) {
            ((RoutingContextInternal) context).setBody(Buffer.buffer());
        }
        context.next();
    }

    private void failed(RoutingContext request) {
        if (request.statusCode() == ProblemCode.BODY_TOO_LARGE.status()) {
            tooLarge(request);
        } else {
            request.next();
        }
    }

    private void tooLarge(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() == HttpVersion.HTTP_2) {
            // The end of the answer is the end of its stream; others of the connection go on.
            answer(context, ProblemCode.BODY_TOO_LARGE, DETAIL);
            return;
        }
        context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        answer(context, ProblemCode.BODY_TOO_LARGE, DETAIL);
        long timer = vertx.setTimer(LINGER.toMillis(), late -> request.connection().close());
        if (request.isEnded()) {
            vertx.cancelTimer(timer);
            request.connection().close();
            return;
        }
        request.handler(dropped -> {});
        request.endHandler(end -> {
            vertx.cancelTimer(timer);
            request.connection().close();
        });
        request.resume();
    }

    private void notFound(RoutingContext context) {
        answer(context, ProblemCode.NOT_FOUND, "there is nothing at this path");
    }

    private void answer(RoutingContext context, ProblemCode code, String detail) {
        HttpServerResponse response = context.response();
        if (response.headWritten()) {
            return;
        }
        response.setStatusCode(code.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemDocument.MEDIA_TYPE)
                .end(Buffer.buffer(documents.json(code, detail, null)));
    }
}
