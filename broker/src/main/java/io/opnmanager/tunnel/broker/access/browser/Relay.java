package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Relays what a browser asks of a session's host to the firewall's page, and back. Owned by its
 * session; may be called on any event loop.
 *
 * <pre>
 *   browser --request--&gt; Relay --RequestHead: refused? --&gt; TroublePage
 *                          |--- Upgrading --- WebSocket, byte by byte
 *                          `--- Exchange ---- one request and its answer, streamed both ways
 *                                 RequestHead, RelayedCookies, PageNames --&gt; firewall's page
 *                                 AnswerHead, RelayedCookies, PageNames, ContentPolicy, ScriptInsertion &lt;--
 * </pre>
 */
final class Relay implements AutoCloseable {

    /**
     * How long a connection for requests that change something is kept: so short that the other end
     * does not close it at the same moment. Such a request is never sent twice.
     */
    private static final Duration BRIEFLY = Duration.ofSeconds(2);

    private static final String LOOPBACK = "127.0.0.1";

    final Vertx vertx;
    final Upstream upstream;
    final BrowserSettings settings;
    final Signs signs;
    final Profile profile;
    final PageNames names;

    private final PageConnections reading;
    private final PageConnections changing;
    private final NetClient sockets;
    private final Set<Live> live = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Relay(Vertx vertx, Upstream upstream, BrowserSettings settings, Signs signs) {
        this.vertx = vertx;
        this.upstream = upstream;
        this.settings = settings;
        this.signs = signs;
        this.profile = Profiles.of(upstream.kind());
        this.names = new PageNames(upstream, profile);
        @Nullable TrustOptions trust = trust();
        this.reading = new PageConnections(this, settings.keepAlive());
        this.changing = new PageConnections(this, BRIEFLY);
        this.sockets = vertx.createNetClient(socketOptions(trust));
    }

    /** Something under way that ends with the session. */
    interface Live {
        /** Ends it. Called on any thread. */
        void sessionEnded();
    }

    /**
     * Answers a request in every case. Called on the request's event loop; a request that waited
     * for something before must have been paused meanwhile.
     */
    void handle(HttpServerRequest request) {
        request.pause();
        RequestHead head = new RequestHead(this, request);
        @Nullable Trouble refusal = head.refusal();
        if (refusal != null) {
            TroublePage.answerLast(vertx, request, refusal);
        } else if (closed) {
            request.resume();
            TroublePage.answer(request, Trouble.ENDED, head.isDocument());
        } else if (head.isWebSocket()) {
            new Upgrading(this, request, head).begin();
        } else {
            new Exchange(this, request, head).begin();
        }
    }

    /** Ends every connection of the session at once. */
    @Override
    public void close() {
        closed = true;
        live.forEach(Live::sessionEnded);
        reading.close();
        changing.close();
        var _ = sockets.close();
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends it with the session, until {@link #over}. */
    void begun(Live part) {
        live.add(part);
        if (closed) {
            part.sessionEnded();
        }
    }

    void over(Live part) {
        live.remove(part);
    }

    /** How many are under way, of both kinds. */
    int underWay() {
        return live.size();
    }

    /** Connections for requests that are sent again when the other end closed one unasked. */
    PageConnections reading() {
        return reading;
    }

    /** Connections for requests that are sent once. */
    PageConnections changing() {
        return changing;
    }

    NetClient sockets() {
        return sockets;
    }

    /** The listener of the tunnel. */
    SocketAddress listener() {
        return SocketAddress.inetSocketAddress(upstream.port(), LOOPBACK);
    }

    private @Nullable TrustOptions trust() {
        if (!upstream.isTls()) {
            return null;
        }
        byte[] pinned = Objects.requireNonNull(upstream.certificateSha256(), "https has a pin");
        return TrustOptions.wrap(new PinnedCertificate(pinned, signs::wrongCertificate));
    }

    private NetClientOptions socketOptions(@Nullable TrustOptions trust) {
        NetClientOptions options =
                new NetClientOptions()
                        .setConnectTimeout(Math.toIntExact(settings.connect().toMillis()));
        if (trust != null) {
            options.setSsl(true)
                    .setHostnameVerificationAlgorithm("")
                    .setTrustOptions(trust)
                    .setSslHandshakeTimeout(settings.connect().toSeconds());
        }
        return options;
    }
}
