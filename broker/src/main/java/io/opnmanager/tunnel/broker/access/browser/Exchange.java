package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Both bodies stream with back-pressure, at the same time if need be;
 * whichever side breaks off, the other one is told so at once and never by an end that looks whole.
 *
 * <p>Used on the context of its request only, except {@link #sessionEnded}.
 */
final class Exchange implements Relay.Live {

    private static final Logger LOG = Logger.getLogger(Exchange.class);

    /** RFC 9110 §10.1.1: a sender need not wait for ever for leave; an old server gives none. */
    private static final Duration LEAVE = Duration.ofSeconds(1);

    /** RFC 9112 §9.6: how long the rest of a body is dropped that nobody wants any more. */
    private static final Duration LINGER = Duration.ofSeconds(2);

    /** RFC 9113 §8.1: the answer is whole, the rest of the request is not needed. */
    private static final long NO_ERROR = 0;

    private static final long INTERNAL_ERROR = 2;

    private final Relay relay;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RequestHead head;
    private final Context context;
    private final Stall stall;

    private @Nullable HttpClientRequest asked;
    private @Nullable Upload upload;
    private @Nullable Document document;
    private @Nullable AutoCloseable uncounted;
    private boolean hasBody;
    private boolean uploaded;
    private boolean answering;
    private boolean sentTwice;
    private boolean over;

    Exchange(Relay relay, HttpServerRequest request, RequestHead head) {
        this.relay = relay;
        this.request = request;
        this.response = request.response();
        this.head = head;
        this.context = relay.vertx.getOrCreateContext();
        this.stall = new Stall(relay, this::stalled);
    }

    void begin() {
        response.exceptionHandler(gone -> browserGone());
        response.closeHandler(gone -> browserGone());
        request.exceptionHandler(gone -> browserGone());
        stall.begin();
        relay.begun(this);
        long length = head.length();
        if (length >= 0 || request.version() != HttpVersion.HTTP_2) {
            boolean chunked = request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
            send(length > 0 || chunked, null);
        } else {
            // HTTP/2 announces no body: it comes, or the end does.
            stall.on(Stall.Side.BROWSER);
            request.endHandler(end -> send(false, null));
            request.handler(first -> {
                request.pause();
                send(true, first);
            });
            request.resume();
        }
    }

    private void send(boolean body, @Nullable Buffer first) {
        if (over) {
            return;
        }
        hasBody = body;
        uploaded = !body;
        if (!body && !request.isEnded()) {
            // Lets the end of the request by.
            request.endHandler(end -> {});
            request.resume();
        }
        stall.on(Stall.Side.FIREWALL);
        boolean again = !body && head.isIdempotent() && !sentTwice;
        HttpClient client = again ? relay.reading() : relay.changing();
        try {
            client.request(relay.destination()).onComplete(result -> connected(result, first));
        } catch (IllegalStateException e) {
            // The session ended a moment ago, and its connections with it.
            failed(e);
        }
    }

    private void connected(AsyncResult<HttpClientRequest> result, @Nullable Buffer first) {
        if (result.failed()) {
            failed(result.cause());
            return;
        }
        HttpClientRequest fresh = result.result();
        // Without one, each failure would be a line in the log. It is told by the answer, too.
        fresh.exceptionHandler(told -> {});
        if (over) {
            fresh.reset();
            return;
        }
        asked = fresh;
        fresh.setMethod(request.method()).setURI(Objects.requireNonNull(head.target()));
        head.copyTo(fresh.headers());
        fresh.response().onComplete(answer -> answered(fresh, answer));
        if (!hasBody) {
            if (head.length() == 0 || head.meansBody()) {
                fresh.putHeader(HttpHeaders.CONTENT_LENGTH, "0");
            }
            var _ = fresh.end();
            return;
        }
        if (head.length() >= 0) {
            fresh.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(head.length()));
        } else {
            fresh.setChunked(true);
        }
        if (head.expectsContinue()) {
            fresh.putHeader(HttpHeaders.EXPECT, "100-continue");
            fresh.continueHandler(leave -> leaveGiven(fresh));
            relay.vertx.setTimer(LEAVE.toMillis(), id -> leaveGiven(fresh));
            var _ = fresh.sendHead();
            return;
        }
        var _ = fresh.sendHead();
        upload(fresh, first);
    }

    private void leaveGiven(HttpClientRequest to) {
        if (!over && !answering && upload == null) {
            response.writeContinue();
            upload(to, null);
        }
    }

    private void upload(HttpClientRequest to, @Nullable Buffer first) {
        Upload begun = new Upload(request, to, stall, () -> uploaded = true);
        upload = begun;
        begun.begin(first);
    }

    private void answered(HttpClientRequest by, AsyncResult<HttpClientResponse> result) {
        if (over) {
            return;
        }
        if (result.failed()) {
            failed(result.cause());
            return;
        }
        HttpClientResponse answer = result.result();
        answer.pause();
        answer.exceptionHandler(broken -> brokeOff());
        answering = true;
        AnswerHead told = new AnswerHead(relay, answer.statusCode(), answer.headers());
        @Nullable Trouble refusal = told.refusal();
        if (refusal != null) {
            fail(refusal);
            return;
        }
        try {
            beginAnswer(by, answer, told);
        } catch (IllegalArgumentException e) {
            // A header that no server may send, found when it was to be passed on.
            fail(Trouble.BROKEN);
        }
    }

    private void beginAnswer(HttpClientRequest by, HttpClientResponse answer, AnswerHead told) {
        response.setStatusCode(answer.statusCode());
        // The server knows a 304 by its own words only, and would say that its body has no bytes.
        String words = answer.statusMessage();
        if (words != null && !words.isBlank() && answer.statusCode() != 304) {
            response.setStatusMessage(words);
        }
        told.copyTo(response.headers());
        boolean askedForHead = request.method().name().equals("HEAD");
        boolean body = told.hasBody(askedForHead);
        if (head.isDocument() && told.fillsTab() && !askedForHead) {
            document = Document.of(relay, told, response.headers());
        }
        if (!body) {
            answer.endHandler(end -> ended(answer));
        } else {
            if (!response.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
                response.setChunked(true);
            }
            answer.handler(chunk -> downloadChunk(answer, chunk));
            answer.endHandler(end -> ended(answer));
        }
        if (told.isEventStream()) {
            uncounted = relay.signs.eventStream(by.connection().localAddress().port());
            stall.mayBeSilent();
        }
        if (uploaded) {
            stall.on(Stall.Side.FIREWALL);
        }
        answer.resume();
        // Bytes that came with the head are sent with it; a stream that is silent yet is not kept
        // waiting for its first.
        context.runOnContext(next -> {
            if (!over && body && !response.headWritten()) {
                var _ = response.write(Buffer.buffer());
            }
        });
    }

    private void downloadChunk(HttpClientResponse from, Buffer chunk) {
        if (over) {
            return;
        }
        stall.on(uploaded ? Stall.Side.FIREWALL : Stall.Side.BROWSER);
        Document into = document;
        Buffer next = into == null ? chunk : into.next(chunk);
        if (next.length() == 0) {
            return;
        }
        var _ = response.write(next);
        if (response.writeQueueFull()) {
            from.pause();
            stall.on(Stall.Side.BROWSER);
            response.drainHandler(room -> {
                if (!over) {
                    stall.on(uploaded ? Stall.Side.FIREWALL : Stall.Side.BROWSER);
                    from.resume();
                }
            });
        }
    }

    private void ended(HttpClientResponse answer) {
        if (over) {
            return;
        }
        Document into = document;
        Buffer rest = into == null ? Buffer.buffer() : into.end();
        if (response.isChunked()) {
            for (Map.Entry<String, String> trailer : answer.trailers()) {
                if (AnswerHead.isTrailer(trailer.getKey())) {
                    response.putTrailer(trailer.getKey(), trailer.getValue());
                }
            }
        }
        finish();
        boolean endsWithConnection =
                request.version() == HttpVersion.HTTP_1_0
                        && !response.headers().contains(HttpHeaders.CONTENT_LENGTH);
        var sent = rest.length() == 0 ? response.end() : response.end(rest);
        if (endsWithConnection) {
            sent.onComplete(gone -> request.connection().close());
        } else {
            forgetRest();
        }
    }

    /** An answer came before the whole request was read: nobody wants the rest any more. */
    private void forgetRest() {
        if (uploaded) {
            return;
        }
        resetAsked();
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset(NO_ERROR);
            return;
        }
        long timer = relay.vertx.setTimer(LINGER.toMillis(), late -> request.connection().close());
        request.handler(dropped -> {});
        request.endHandler(end -> relay.vertx.cancelTimer(timer));
        request.resume();
    }

    private void failed(Throwable cause) {
        if (over) {
            return;
        }
        boolean unanswered = asked != null && !hasBody && head.isIdempotent();
        if (unanswered && !sentTwice && !relay.isClosed()) {
            // The other end closed a connection that it had kept for us, at the same moment.
            sentTwice = true;
            asked = null;
            send(false, null);
            return;
        }
        Trouble trouble = relay.isClosed() ? Trouble.ENDED : Trouble.behind(cause, asked != null);
        LOG.debugf(
                "the firewall's page did not answer request=%d trouble=%s cause=%s",
                relay.upstream.request(), trouble, cause.getMessage());
        fail(trouble);
    }

    /** Ends both sides; the browser is told why when nothing has been told yet. */
    private void fail(Trouble trouble) {
        finish();
        resetAsked();
        if (response.headWritten()) {
            cut(response.writeQueueFull());
            return;
        }
        boolean asPage = head.isDocument();
        if (asPage) {
            relay.signs.documentDelivered(true);
        }
        TroublePage.answer(request, trouble, asPage);
        forgetRest();
    }

    private void brokeOff() {
        if (!over) {
            fail(Trouble.BROKEN);
        }
    }

    private void browserGone() {
        if (!over) {
            finish();
            resetAsked();
        }
    }

    private void stalled(Stall.Side side) {
        if (over) {
            return;
        }
        switch (side) {
            case FIREWALL -> fail(Trouble.SILENT);
            case BROWSER -> {
                finish();
                resetAsked();
                cut(true);
            }
        }
    }

    /**
     * An answer that was begun ends in the middle.
     *
     * @param takesNothing whether waiting for the browser would be in vain
     */
    private void cut(boolean takesNothing) {
        if (takesNothing && request.version() != HttpVersion.HTTP_2) {
            Cut.now(request.connection());
        } else {
            response.reset(INTERNAL_ERROR);
        }
    }

    @Override
    public void sessionEnded() {
        context.runOnContext(ending -> {
            if (!over) {
                fail(Trouble.ENDED);
            }
        });
    }

    private void resetAsked() {
        HttpClientRequest to = asked;
        if (to != null) {
            to.reset();
        }
    }

    private void finish() {
        over = true;
        stall.end();
        relay.over(this);
        if (upload != null) {
            upload.stop();
        }
        AutoCloseable stream = uncounted;
        uncounted = null;
        if (stream != null) {
            try {
                stream.close();
            } catch (Exception e) {
                LOG.errorf(e, "an event stream could not be counted off");
            }
        }
    }
}
