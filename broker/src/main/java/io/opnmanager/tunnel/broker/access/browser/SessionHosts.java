package io.opnmanager.tunnel.broker.access.browser;

import io.opnmanager.tunnel.broker.access.AccessMetrics;
import io.opnmanager.tunnel.broker.access.AccessMetrics.Refusal;
import io.opnmanager.tunnel.broker.access.LiveSession;
import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.opnmanager.tunnel.broker.access.SessionAddresses;
import io.opnmanager.tunnel.broker.access.Standing;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * Parts the hosts: what is asked of a session's host goes to its relay and never to the console or
 * the API, and the other way round. Everything is decided here, before anything else of the server
 * looks at a request: limits of the API's bodies, authentication, static files.
 *
 * <p>On event loops; only a host that memory does not know is looked up off them.
 */
@Singleton
class SessionHosts {

    /** Far before {@code BodyLimit} (-100) and every filter of the framework. */
    private static final int ORDER = -1_000_000;

    /** What stands below it on a session's host is the broker's and never the firewall's. */
    private static final String OURS = "/.opnmanager";

    /**
     * The tag {@code uri} of the framework's metrics: what firewalls call their pages is theirs.
     */
    private static final String METRIC_PATH = "/(session host)";

    private final SessionAddresses addresses;
    private final LiveSessions sessions;
    private final AccessMetrics metrics;
    private final Doors doors;
    private final OffEventLoop blocking;

    SessionHosts(
            SessionAddresses addresses,
            LiveSessions sessions,
            AccessMetrics metrics,
            Doors doors,
            OffEventLoop blocking) {
        this.addresses = addresses;
        this.sessions = sessions;
        this.metrics = metrics;
        this.doors = doors;
        this.blocking = blocking;
    }

    /** Where requests go from here, apart only to keep constructors short. */
    @Singleton
    static class Doors {
        private final Entering entering;
        private final Presence presence;
        private final Relays relays;
        private final Pages pages;
        private final BrokerAnswers answers;

        Doors(
                Entering entering,
                Presence presence,
                Relays relays,
                Pages pages,
                BrokerAnswers answers) {
            this.entering = entering;
            this.presence = presence;
            this.relays = relays;
            this.pages = pages;
            this.answers = answers;
        }
    }

    void route(@Observes Router router) {
        router.route().order(ORDER).handler(this::part);
    }

    private void part(RoutingContext context) {
        switch (AskedHost.of(context.request(), addresses)) {
            case AskedHost.Console _ -> context.next();
            case AskedHost.Odd _ -> {
                hidePath();
                metrics.refused(Refusal.ODD_HOST);
                doors.answers.empty(context.request(), 400);
            }
            case AskedHost.Session asked -> {
                hidePath();
                session(context.request(), asked.label());
            }
        }
    }

    private static void hidePath() {
        var context = Vertx.currentContext();
        if (context != null) {
            context.putLocal("UrlPathTemplate", METRIC_PATH);
        }
    }

    private void session(HttpServerRequest request, String host) {
        @Nullable Standing known = sessions.standing(host);
        if (known == null) {
            SocketAddress remote = request.remoteAddress();
            String source = remote == null ? "unknown" : String.valueOf(remote.hostAddress());
            blocking.run(
                    request,
                    () -> sessions.look(host, source),
                    standing -> answer(request, standing));
        } else {
            answer(request, known);
        }
    }

    private void answer(HttpServerRequest request, Standing standing) {
        switch (standing) {
            case Standing.Live live when live.session().hasPage() -> live(request, live.session());
            case Standing.Live _ -> {
                // For programs: a browser has nothing to see here.
                metrics.refused(Refusal.UNKNOWN_HOST);
                doors.pages.unknown(request);
            }
            case Standing.Ended ended -> {
                metrics.refused(Refusal.ENDED);
                doors.pages.ended(request, ended);
            }
            case Standing.Elsewhere elsewhere ->
                    doors.pages.elsewhere(request, elsewhere.request());
            case Standing.Unknown _ -> {
                metrics.refused(Refusal.UNKNOWN_HOST);
                doors.pages.unknown(request);
            }
        }
    }

    private void live(HttpServerRequest request, LiveSession session) {
        String path = String.valueOf(request.path());
        boolean ours = path.equals(OURS) || path.startsWith(OURS + "/");
        String name = ours ? path.substring(Math.min(path.length(), OURS.length() + 1)) : "";
        if (ours && name.equals("enter")) {
            doors.entering.handle(request, session);
            return;
        }
        if (!session.isActive()) {
            doors.pages.notYet(request, session.request());
            return;
        }
        String cookie = EntryCookies.value(request, EntryCookies.SESSION);
        Relay relay = doors.relays.of(session);
        if (cookie == null || relay == null || !sessions.admits(session, cookie)) {
            metrics.refused(cookie == null ? Refusal.NO_COOKIE : Refusal.WRONG_COOKIE);
            doors.pages.notLetIn(request, session.request());
        } else if (!Provenance.isOwn(request, session.origin())) {
            metrics.refused(Refusal.FOREIGN_PAGE);
            doors.pages.foreign(request, session.request());
        } else if (!ours) {
            relay.handle(request);
        } else if (name.equals("ended")) {
            doors.answers.redirect(request, "/");
        } else if (!doors.presence.handle(request, session, name)) {
            doors.pages.notThere(request, 404);
        }
    }
}
