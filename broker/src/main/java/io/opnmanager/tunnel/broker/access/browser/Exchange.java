package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.impl.ContextInternal;
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
final class Exchange implements Relay.Live, Asker {

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
    private final ContextInternal context;
    private final Stall stall;

    private @Nullable PageConnection asked;
    private @Nullable Buffer first;
    private @Nullable Upload upload;
    private @Nullable Download download;
    private @Nullable AutoCloseable uncounted;
    private boolean hasBody;
    private boolean uploaded;
    private boolean sentTwice;
    private boolean over;

    Exchange(Relay relay, HttpServerRequest request, RequestHead head) {
        this.relay = relay;
        this.request = request;
        this.response = request.response();
        this.head = head;
        this.context = (ContextInternal) relay.vertx.getOrCreateContext();
        this.stall = new Stall(relay.settings, context, this::stalled);
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
            send(length > 0 || chunked);
        } else {
            // HTTP/2 announces no body: it comes, or the end does.
            stall.on(Stall.Side.BROWSER);
            request.endHandler(end -> send(false));
            request.handler(bytes -> {
                request.pause();
                first = bytes;
                send(true);
            });
            request.resume();
        }
    }

    private void send(boolean body) {
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
        (again ? relay.reading() : relay.changing()).ask(this, context);
    }

    @Override
    public void unconnected(Throwable cause) {
        failed(cause);
    }

    @Override
    public void connected(PageConnection to) {
        if (over) {
            to.unused();
            return;
        }
        asked = to;
        HeadersMultiMap headers = HeadersMultiMap.httpHeaders();
        head.copyTo(headers);
        boolean waits = hasBody && head.expectsContinue();
        if (!hasBody) {
            if (head.length() == 0 || head.meansBody()) {
                headers.set(HttpHeaders.CONTENT_LENGTH, "0");
            }
        } else if (head.length() >= 0) {
            headers.set(HttpHeaders.CONTENT_LENGTH, Long.toString(head.length()));
        } else {
            headers.set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
        }
        if (waits) {
            headers.set(HttpHeaders.EXPECT, HttpHeaders.CONTINUE);
        }
        String target = Objects.requireNonNull(head.target());
        to.ask(this, new PageConnection.Asked(context, request.method(), target, headers, hasBody));
        if (waits) {
            relay.vertx.setTimer(LEAVE.toMillis(), id -> leaveGiven());
        } else if (hasBody) {
            upload();
        }
    }

    @Override
    public void leaveGiven() {
        if (!over && download == null && hasBody && upload == null) {
            response.writeContinue();
            upload();
        }
    }

    private void upload() {
        PageConnection to = Objects.requireNonNull(asked);
        Upload begun = new Upload(request, to, stall, () -> uploaded = true);
        upload = begun;
        begun.begin(first);
        first = null;
    }

    @Override
    public void room() {
        if (upload != null) {
            upload.room();
        }
    }

    @Override
    public void answered(int status, String words, MultiMap headers) {
        AnswerHead told = new AnswerHead(relay, status, headers);
        @Nullable Trouble refusal = told.refusal();
        if (refusal != null) {
            fail(refusal);
            return;
        }
        try {
            beginAnswer(status, words, told);
        } catch (IllegalArgumentException e) {
            // A header that no server may send, found when it was to be passed on.
            fail(Trouble.BROKEN);
        }
    }

    private void beginAnswer(int status, String words, AnswerHead told) {
        PageConnection by = Objects.requireNonNull(asked);
        response.setStatusCode(status);
        // The server knows a 304 by its own words only, and would say that its body has no bytes.
        if (!words.isBlank() && status != 304) {
            response.setStatusMessage(words);
        }
        told.copyTo(response.headers());
        boolean askedForHead = request.method().name().equals("HEAD");
        Document document =
                head.isDocument() && told.fillsTab() && !askedForHead
                        ? Document.of(relay, told, response.headers())
                        : null;
        boolean body = told.hasBody(askedForHead);
        if (body && !response.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            response.setChunked(true);
        }
        download = new Download(by, response, body, document, this::turn);
        if (told.isEventStream()) {
            uncounted = relay.passage.quiet(by.channel());
            stall.mayBeSilent();
        }
        if (uploaded) {
            stall.on(Stall.Side.FIREWALL);
        }
    }

    /** Bytes of the answer came or went; whose turn it is now. */
    private void turn(boolean browserTakesNothing) {
        boolean browser = browserTakesNothing || !uploaded;
        stall.on(browser ? Stall.Side.BROWSER : Stall.Side.FIREWALL);
    }

    @Override
    public void part(Buffer bytes) {
        if (download != null) {
            download.part(bytes);
        }
    }

    @Override
    public void pause() {
        if (download != null && !over) {
            download.pause();
        }
    }

    @Override
    public void whole(MultiMap trailers) {
        Download ending = download;
        if (over || ending == null) {
            return;
        }
        Buffer rest = ending.end();
        if (response.isChunked()) {
            for (Map.Entry<String, String> trailer : trailers) {
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

    @Override
    public void broken(Throwable cause) {
        if (over) {
            return;
        }
        if (download == null) {
            failed(cause);
        } else {
            // What came goes on, so that the browser sees where it broke off.
            download.pause();
            fail(Trouble.BROKEN);
        }
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
            send(false);
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
            case FIREWALL -> fail(asked == null ? Trouble.BUSY : Trouble.SILENT);
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
        PageConnection to = asked;
        if (to != null) {
            to.leave(this);
        }
    }

    private void finish() {
        over = true;
        stall.end();
        relay.over(this);
        if (upload != null) {
            upload.stop();
        }
        if (download != null) {
            download.stop();
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
