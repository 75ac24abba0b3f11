package io.opnmanager.tunnel.broker.access.stream;

import io.opnmanager.tunnel.broker.access.LiveSession;
import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.opnmanager.tunnel.broker.access.SessionAddresses;
import io.opnmanager.tunnel.broker.access.Standing;
import io.opnmanager.tunnel.broker.access.stream.Refused.Why;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CertificateOwners;
import io.opnmanager.tunnel.broker.problem.Problem;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is behind a server name, and whether a client may have it: a session is for its operator and
 * those whom it is shared with, a service is for the names that the configuration lists.
 */
@Singleton
class Destinations {

    private final SessionAddresses addresses;
    private final LiveSessions sessions;
    private final CertificateOwners owners;
    private final Map<String, Open> services = new HashMap<>();

    /** What a client is let through to, and who that is. */
    record Granted(Destination destination, Guest guest) {}

    /** A service and who may use it. */
    private record Open(Destination.Service service, Set<String> clients) {}

    Destinations(
            StreamSettings settings,
            SessionAddresses addresses,
            LiveSessions sessions,
            CertificateOwners owners) {
        this.addresses = addresses;
        this.sessions = sessions;
        this.owners = owners;
        settings.routes()
                .forEach((name, route) ->
                        services.put(
                                name.toLowerCase(Locale.ROOT),
                                new Open(service(name, route), Set.copyOf(route.clients()))));
    }

    private static Destination.Service service(String name, StreamSettings.Route route) {
        String target = route.target();
        int colon = target.lastIndexOf(':');
        String port = target.substring(colon + 1);
        if (colon < 1 || !port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException(
                    "opnmanager.stream.routes.\"%s\".target: wanted host:port, found %s"
                            .formatted(name, target));
        }
        if (route.clients().isEmpty()) {
            throw new IllegalArgumentException(
                    "opnmanager.stream.routes.\"%s\".clients: wanted a name at least, found none"
                            .formatted(name));
        }
        return new Destination.Service(name, target.substring(0, colon), Integer.parseInt(port));
    }

    /**
     * Says where sessions of this node are reached.
     *
     * @param port null when they are not
     */
    void announce(@Nullable Integer port) {
        sessions.announceStreams(port);
    }

    /**
     * Blocks when memory knows neither the client nor the session.
     *
     * @param serverName in lower case
     * @throws Refused when there is nothing of this name, or not for this client
     */
    Granted choose(String serverName, ClientTrust.Trusted trusted, String address) throws Refused {
        X509Certificate client = trusted.certificate();
        Open open = services.get(serverName);
        if (open != null) {
            CertificateOwners.Holder holder = holder(trusted, address);
            if (Collections.disjoint(open.clients, holder.names())) {
                throw new Refused(Why.NOT_ALLOWED, "no name of the certificate is listed");
            }
            return new Granted(open.service, guest(client, holder.operator(), address));
        }
        String label = addresses.labelOf(serverName);
        if (label == null) {
            throw new Refused(Why.UNKNOWN_SERVER_NAME, "neither a session nor a service");
        }
        // First who it is: whether a session is there is nobody else's business.
        Caller.Operator operator = owner(client, address);
        Standing standing = sessions.standing(label);
        return switch (standing == null ? sessions.look(label, address) : standing) {
            case Standing.Live live ->
                    new Granted(
                            session(live.session(), operator), guest(client, operator, address));
            case Standing.Ended _, Standing.Elsewhere _, Standing.Unknown _ ->
                    throw new Refused(Why.UNKNOWN_SERVER_NAME, "no live session of this node");
        };
    }

    private static Guest guest(
            X509Certificate client, Caller.@Nullable Operator operator, String address) {
        return new Guest(client.getSubjectX500Principal().getName(), operator, address);
    }

    private CertificateOwners.Holder holder(ClientTrust.Trusted client, String address)
            throws Refused {
        try {
            return owners.holder(client.certificate(), client.byNode(), address);
        } catch (Problem e) {
            throw new Refused(Why.NOT_ALLOWED, String.valueOf(e.getMessage()));
        }
    }

    private Caller.Operator owner(X509Certificate client, String address) throws Refused {
        try {
            return owners.owner(client, address);
        } catch (Problem e) {
            throw new Refused(Why.NOT_ALLOWED, String.valueOf(e.getMessage()));
        }
    }

    private Destination session(LiveSession session, Caller.Operator operator) throws Refused {
        if (!sessions.holds(session, operator)) {
            throw new Refused(
                    Why.NOT_ALLOWED, "a session that is not for this operator, or not active");
        }
        return new Destination.Session(session);
    }
}
