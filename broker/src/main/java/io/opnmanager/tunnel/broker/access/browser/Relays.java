package io.opnmanager.tunnel.broker.access.browser;

import io.opnmanager.tunnel.broker.access.LiveSession;
import io.opnmanager.tunnel.broker.access.SessionEnds;
import io.opnmanager.tunnel.broker.tunnel.IdleMarks;
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
    private final IdleMarks marks;

    /** By request. */
    private final Map<Long, Relay> relays = new ConcurrentHashMap<>();

    Relays(Vertx vertx, BrowserSettings settings, SessionEnds ends, IdleMarks marks) {
        this.vertx = vertx;
        this.settings = settings;
        this.ends = ends;
        this.marks = marks;
    }

    /** Makes sure that a session that was just entered has its relay. */
    void prepare(LiveSession session) {
        if (relays.containsKey(session.request())) {
            return;
        }
        Relay fresh = new Relay(vertx, upstream(session), settings, new SessionSigns(session));
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
                session.port(),
                session.scheme(),
                session.certificate(),
                session.authority(),
                session.kind(),
                session.origin());
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
        public AutoCloseable eventStream(int localPort) {
            return marks.quiet(session.request(), localPort);
        }

        @Override
        public void wrongCertificate(byte[] sha256) {
            ends.wrongCertificate(session, sha256);
        }
    }
}
