package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.impl.ContextInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.impl.NetSocketImpl;
import io.vertx.core.net.impl.VertxHandler;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection that becomes a WebSocket: the two heads are translated as those of any request, all
 * that follows goes through byte by byte, with back-pressure both ways. The broker does not look
 * into frames, so extensions and subprotocols are between the page and the browser.
 *
 * <p>Not by the HTTP client: once a connection of it has been upgraded it takes any amount of bytes
 * and never says that it is full.
 *
 * <p>Used on the context of its request only, except {@link #sessionEnded}.
 */
final class Upgrading implements Relay.Live {

    private final Relay relay;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final RequestHead head;
    private final ContextInternal context;
    private final Stall stall;
    private final Buffer received = Buffer.buffer();

    private @Nullable NetSocket firewall;
    private @Nullable NetSocket browser;
    private boolean over;

    Upgrading(Relay relay, HttpServerRequest request, RequestHead head) {
        this.relay = relay;
        this.request = request;
        this.response = request.response();
        this.head = head;
        this.context = (ContextInternal) relay.vertx.getOrCreateContext();
        this.stall = new Stall(relay.settings, context, side -> fail(Trouble.SILENT));
    }

    void begin() {
        @Nullable Trouble refusal = refusal();
        if (refusal != null) {
            TroublePage.answerLast(relay.vertx, request, refusal);
            return;
        }
        response.closeHandler(gone -> end());
        stall.begin();
        relay.begun(this);
        var _ =
                relay.dialling
                        .dial(context.nettyEventLoop())
                        .addListener(
                                (FutureListener<Channel>)
                                        result -> context.dispatch(() -> connected(result)));
    }

    /**
     * A page of another site may open a WebSocket to any host, and no rule of the browser keeps the
     * cookies from it: Origin is all there is (RFC 6455 §10.2).
     */
    private @Nullable Trouble refusal() {
        if (!relay.names.isSession(request.getHeader(HttpHeaders.ORIGIN))) {
            return Trouble.CROSS_SITE;
        }
        boolean body =
                head.length() > 0 || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
        if (body) {
            return Trouble.MALFORMED;
        }
        return relay.underWay() < relay.settings.waiting() ? null : Trouble.BUSY;
    }

    private void connected(Future<Channel> result) {
        if (!result.isSuccess()) {
            fail(relay.isClosed() ? Trouble.ENDED : Trouble.behind(result.cause(), false));
            return;
        }
        NetSocket socket = socket(result.getNow());
        if (over) {
            var _ = socket.close();
            return;
        }
        firewall = socket;
        socket.closeHandler(gone -> fail(Trouble.BROKEN));
        socket.exceptionHandler(broken -> {});
        socket.handler(chunk -> listen(socket, chunk));
        var _ = socket.write(ask());
    }

    private NetSocket socket(Channel channel) {
        VertxHandler<NetSocketImpl> handler =
                VertxHandler.create(own -> new NetSocketImpl(context, own, null, null, false));
        var _ = channel.pipeline().addLast(handler);
        return handler.getConnection();
    }

    private Buffer ask() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        head.copyTo(headers);
        headers.set(HttpHeaders.CONNECTION, "Upgrade").set(HttpHeaders.UPGRADE, "websocket");
        StringBuilder fields = new StringBuilder(" HTTP/1.1\r\n");
        for (Map.Entry<String, String> header : headers) {
            fields.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        fields.append("\r\n");
        return Buffer.buffer("GET ")
                .appendString(Objects.requireNonNull(head.target()))
                .appendBytes(fields.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private void listen(NetSocket socket, Buffer chunk) {
        received.appendBuffer(chunk);
        int end = UpgradeAnswer.endOfHead(received);
        if (end < 0) {
            if (received.length() > relay.settings.headerBytes().asLongValue()) {
                fail(Trouble.BROKEN);
            }
            return;
        }
        socket.pause();
        @Nullable UpgradeAnswer answer = UpgradeAnswer.read(received.slice(0, end));
        if (answer == null) {
            fail(Trouble.BROKEN);
        } else if (answer.isWebSocket()) {
            join(socket, answer, received.getBuffer(end, received.length()));
        } else {
            refused(answer);
        }
    }

    /** Says no as the page did; a script that opens a WebSocket sees no more than that. */
    private void refused(UpgradeAnswer answer) {
        end();
        AnswerHead told = new AnswerHead(relay, answer.status(), answer.headers());
        if (told.refusal() != null) {
            TroublePage.answer(request, Trouble.BROKEN, false);
            return;
        }
        told.copyTo(response.headers());
        response.headers().remove(HttpHeaders.CONTENT_LENGTH);
        var _ = response.setStatusCode(answer.status()).end();
    }

    private void join(NetSocket socket, UpgradeAnswer answer, Buffer early) {
        new AnswerHead(relay, answer.status(), answer.headers()).copyTo(response.headers());
        response.setStatusCode(answer.status())
                .putHeader(HttpHeaders.CONNECTION, "Upgrade")
                .putHeader(HttpHeaders.UPGRADE, "websocket");
        stall.end();
        request.toNetSocket()
                .onComplete(upgraded -> {
                    if (upgraded.failed() || over) {
                        end();
                        return;
                    }
                    NetSocket own = upgraded.result();
                    browser = own;
                    if (early.length() > 0) {
                        var _ = own.write(early);
                    }
                    // Before the pipes: they have no handler for a connection's close.
                    socket.closeHandler(gone -> end());
                    own.closeHandler(gone -> end());
                    var _ = socket.pipeTo(own);
                    var _ = own.pipeTo(socket);
                });
    }

    private void fail(Trouble trouble) {
        if (!over) {
            end();
            if (!response.headWritten()) {
                TroublePage.answer(request, trouble, false);
            }
        }
    }

    private void end() {
        over = true;
        stall.end();
        relay.over(this);
        close(firewall);
        close(browser);
    }

    private static void close(@Nullable NetSocket socket) {
        if (socket != null && socket.writeQueueFull()) {
            Cut.now(socket);
        } else if (socket != null) {
            var _ = socket.close();
        }
    }

    @Override
    public void sessionEnded() {
        context.runOnContext(ending -> fail(Trouble.ENDED));
    }
}
