package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
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

    final Vertx vertx;
    final Upstream upstream;
    final BrowserSettings settings;
    final Signs signs;
    final Profile profile;
    final PageNames names;
    final Passage passage;
    final Dialling dialling;

    private final PageConnections reading;
    private final PageConnections changing;
    private final Set<Live> live = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Relay(Vertx vertx, Upstream upstream, Passage passage, BrowserSettings settings, Signs signs) {
        this.vertx = vertx;
        this.upstream = upstream;
        this.settings = settings;
        this.signs = signs;
        this.profile = Profiles.of(upstream.kind());
        this.names = new PageNames(upstream, profile);
        this.passage = passage;
        this.dialling = new Dialling(passage, upstream, signs, names.tlsName(), settings.connect());
        this.reading = new PageConnections(this, settings.keepAlive());
        this.changing = new PageConnections(this, BRIEFLY);
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
}
