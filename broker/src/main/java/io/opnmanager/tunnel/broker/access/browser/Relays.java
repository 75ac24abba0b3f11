package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.opnmanager.tunnel.broker.access.LiveSession;
import io.opnmanager.tunnel.broker.access.SessionEnds;
import io.opnmanager.tunnel.broker.tunnel.OwnConnections;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One relay for each session that a browser was let into. It goes with the session, or when all its
 * browsers are shut out.
 */
@Singleton
class Relays {

    private final Vertx vertx;
    private final BrowserSettings settings;
    private final SessionEnds ends;
    private final OwnConnections connections;

    /** By request. */
    private final Map<Long, Relay> relays = new ConcurrentHashMap<>();

    Relays(Vertx vertx, BrowserSettings settings, SessionEnds ends, OwnConnections connections) {
        this.vertx = vertx;
        this.settings = settings;
        this.ends = ends;
        this.connections = connections;
    }

    /** Makes sure that a session that was just entered has its relay. */
    void prepare(LiveSession session) {
        if (relays.containsKey(session.request())) {
            return;
        }
        Relay fresh =
                new Relay(
                        vertx,
                        upstream(session),
                        new TunnelPassage(session.request()),
                        settings,
                        new SessionSigns(session));
        if (relays.putIfAbsent(session.request(), fresh) == null) {
            session.own(() -> close(session));
        } else {
            fresh.close();
        }
    }

    /** The relay of a session; null when nobody was let in. */
    @Nullable Relay of(LiveSession session) {
        return relays.get(session.request());
    }

    private void close(LiveSession session) {
        Relay relay = relays.remove(session.request());
        if (relay != null) {
            relay.close();
        }
    }

    private static Upstream upstream(LiveSession session) {
        return new Upstream(
                session.request(),
                session.scheme(),
                session.certificate(),
                session.authority(),
                session.kind(),
                session.origin());
    }

    /** Through the tunnel of a session. */
    private final class TunnelPassage implements Passage {

        private final long request;

        TunnelPassage(long request) {
            this.request = request;
        }

        @Override
        public Future<Channel> open(EventLoop home) {
            return connections.open(request, home);
        }

        @Override
        public AutoCloseable quiet(Channel connection) {
            return connections.quiet(connection);
        }
    }

    /** Tells a session what its relay sees. */
    private final class SessionSigns implements Signs {

        private final LiveSession session;

        SessionSigns(LiveSession session) {
            this.session = session;
        }

        @Override
        public void documentDelivered(boolean withScript) {
            session.delivered(withScript);
        }

        @Override
        public void wrongCertificate(byte[] sha256) {
            ends.wrongCertificate(session, sha256);
        }
    }
}
