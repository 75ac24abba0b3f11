package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.broker.limits.Quotas;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.request.RequestMoved;
import io.opnmanager.tunnel.broker.tunnel.ForwardPolicy.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.channel.RequestHandler;
import org.apache.sshd.common.config.keys.AuthorizedKeyEntry;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.global.KeepAliveHandler;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.global.NoMoreSessionsHandler;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Who gets in at the SSH entrance, and what a line may say once it is in. Limits come before cryptography: an address
 * with too many connections is closed before a key is exchanged, and a firewall for which nothing waits cannot
 * authenticate.
 *
 * <p>Everything here runs in threads of MINA and looks only into memory.
 */
@ApplicationScoped
class Admission implements SessionListener {

    private static final Logger LOG = Logger.getLogger(Admission.class);
    private static final Pattern USER = Pattern.compile("fw-([1-9][0-9]{0,17})");

    /** Set while a connection counts as not yet authenticated; its value is the address it counts for. */
    private static final AttributeKey<String> UNAUTHENTICATED = new AttributeKey<>();

    private final Firewalls firewalls;
    private final Tunnels tunnels;
    private final TunnelMetrics metrics;
    private final Rates rates;
    private final Quotas unauthenticated;

    /** The SSH key of each firewall that has a live request here, by request. */
    private final Map<Long, PublicKey> keys = new ConcurrentHashMap<>();

    Admission(SshSettings settings, Firewalls firewalls, Tunnels tunnels, TunnelMetrics metrics) {
        this.firewalls = firewalls;
        this.tunnels = tunnels;
        this.metrics = metrics;
        this.rates = new Rates(settings.connectionsPerSecond(), settings.connectionsPerSecond() * 10, 10_000);
        this.unauthenticated = new Quotas(settings.unauthenticatedPerAddress());
    }

    @Override
    public void sessionCreated(Session session) {
        String address = address(session.getIoSession().getRemoteAddress());
        if (!rates.take(address) || !unauthenticated.enter(address)) {
            metrics.refused(Refusal.TOO_MANY_CONNECTIONS);
            session.close(true);
            return;
        }
        session.setAttribute(UNAUTHENTICATED, address);
    }

    private static String address(SocketAddress remote) {
        return remote instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : remote.toString();
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event == Event.Authenticated) {
            leaveUnauthenticated(session);
            Line line = session.getAttribute(Line.KEY);
            if (line != null) {
                tunnels.authenticated(line);
            }
        }
    }

    @Override
    public void sessionClosed(Session session) {
        leaveUnauthenticated(session);
        Line line = session.getAttribute(Line.KEY);
        if (line != null) {
            tunnels.lost(line);
        }
    }

    private void leaveUnauthenticated(Session session) {
        String address = session.removeAttribute(UNAUTHENTICATED);
        if (address != null) {
            unauthenticated.leave(address);
        }
    }

    /** The key of the firewall that the user name says, while a request waits for it. */
    boolean authenticate(String user, PublicKey key, ServerSession session) {
        Matcher name = USER.matcher(user);
        if (name.matches()) {
            long firewall = Long.parseLong(name.group(1));
            boolean known =
                    tunnels.liveOf(firewall).stream()
                            .map(row -> keys.get(row.id()))
                            .anyMatch(expected -> expected != null && KeyUtils.compareKeys(expected, key));
            if (known) {
                // Again for the signature after the query: one line a session.
                if (session.getAttribute(Line.KEY) == null) {
                    session.setAttribute(Line.KEY, new Line(session, firewall));
                }
                return true;
            }
        }
        metrics.refused(Refusal.AUTHENTICATION);
        return false;
    }
}
