package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.limits.Quotas;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.tunnel.ForwardPolicy.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
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
 * Who gets in at the SSH entrance, and what a line may say once it is in. Limits come before
 * cryptography: an address with too many connections is closed before a key is exchanged, and a
 * firewall for which nothing waits cannot authenticate.
 *
 * <p>Everything here runs in threads of MINA and looks only into memory.
 */
@ApplicationScoped
class Admission implements SessionListener {

    private static final Logger LOG = Logger.getLogger(Admission.class);
    private static final Pattern USER = Pattern.compile("fw-([1-9][0-9]{0,17})");

    /**
     * Set while a connection counts as not yet authenticated; its value is the address it counts
     * for.
     */
    private static final AttributeKey<String> UNAUTHENTICATED = new AttributeKey<>();

    private final Tunnels tunnels;
    private final TunnelMetrics metrics;
    private final Rates rates;
    private final Quotas unauthenticated;

    Admission(SshSettings settings, Tunnels tunnels, TunnelMetrics metrics) {
        this.tunnels = tunnels;
        this.metrics = metrics;
        this.rates =
                new Rates(
                        settings.connectionsPerSecond() * 10,
                        Duration.ofSeconds(1).dividedBy(settings.connectionsPerSecond()),
                        10_000);
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
        return remote instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress()
                : remote.toString();
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event == Event.Authenticated) {
            leaveUnauthenticated(session);
            // By the name that was authenticated, not by one that was only tried.
            Line line =
                    new Line(
                            (ServerSession) session, firewall(session.getUsername()).orElseThrow());
            session.setAttribute(Line.KEY, line);
            tunnels.authenticated(line);
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

    private static OptionalLong firewall(String user) {
        Matcher name = USER.matcher(user);
        return name.matches()
                ? OptionalLong.of(Long.parseLong(name.group(1)))
                : OptionalLong.empty();
    }

    /**
     * Only the key of the firewall that the user name says, and only while a request waits for it.
     */
    boolean authenticate(String user, PublicKey key, ServerSession session) {
        OptionalLong firewall = firewall(user);
        boolean known =
                firewall.isPresent()
                        && tunnels.liveOf(firewall.getAsLong()).stream()
                                .anyMatch(row -> isKeyOf(row, key));
        if (!known) {
            metrics.refused(Refusal.AUTHENTICATION);
        }
        return known;
    }

    private static boolean isKeyOf(RequestRow row, PublicKey key) {
        if (row.sshPublicKey() == null) {
            return false;
        }
        try {
            PublicKey expected =
                    AuthorizedKeyEntry.parseAuthorizedKeyEntry(row.sshPublicKey())
                            .resolvePublicKey(null, null);
            return KeyUtils.compareKeys(expected, key);
        } catch (IOException | GeneralSecurityException e) {
            LOG.warnf(
                    "SSH key of the row cannot be read: firewall=%d error=%s",
                    row.firewallId(), e.getMessage());
            return false;
        }
    }

    /**
     * Everything that may be said on an authenticated line; what is not here is refused and
     * counted.
     */
    List<RequestHandler<ConnectionService>> globalRequests() {
        return List.of(new KeepAliveHandler(), new NoMoreSessionsHandler(), this::forward);
    }

    private RequestHandler.Result forward(
            ConnectionService service, String request, boolean wantReply, Buffer buffer)
            throws IOException {
        Line line = service.getSession().getAttribute(Line.KEY);
        if (line == null) {
            return RequestHandler.Result.ReplyFailure;
        }
        line.heard();
        return switch (request) {
            case "tcpip-forward" -> forward(line, wantReply, buffer.getString(), buffer.getInt());
            case "cancel-tcpip-forward" -> answer(tunnels.cancel(line));
            default -> {
                metrics.refused(Refusal.GLOBAL_REQUEST);
                yield RequestHandler.Result.ReplyFailure;
            }
        };
    }

    /**
     * The answer goes out before the first channel: a client that waits for it may not take
     * channels yet.
     */
    private RequestHandler.Result forward(Line line, boolean wantReply, String host, int port)
            throws IOException {
        Tunnel tunnel = tunnels.forward(line, host, port);
        if (tunnel == null) {
            return RequestHandler.Result.ReplyFailure;
        }
        if (wantReply) {
            line.session()
                    .writePacket(
                            line.session().createBuffer(SshConstants.SSH_MSG_REQUEST_SUCCESS, 16));
        }
        tunnels.begin(tunnel);
        return RequestHandler.Result.Replied;
    }

    private static RequestHandler.Result answer(boolean done) {
        return done ? RequestHandler.Result.ReplySuccess : RequestHandler.Result.ReplyFailure;
    }

    /** Every kind of channel that a client could ask for, each refused and counted. */
    List<ChannelFactory> refusedChannels() {
        return Stream.of(
                        "session",
                        "direct-tcpip",
                        "direct-streamlocal@openssh.com",
                        "x11",
                        "auth-agent@openssh.com",
                        "auth-agent",
                        "tun@openssh.com",
                        "forwarded-tcpip")
                .<ChannelFactory>map(RefusedChannel::new)
                .toList();
    }

    /** MINA takes no channel for "no such channel type", which is the refusal. */
    private final class RefusedChannel implements ChannelFactory {
        private final String type;

        private RefusedChannel(String type) {
            this.type = type;
        }

        @Override
        public String getName() {
            return type;
        }

        @Override
        public @Nullable Channel createChannel(Session session) {
            metrics.refused(Refusal.CHANNEL);
            LOG.infof("channel refused: user=%s type=%s", session.getUsername(), type);
            return null;
        }
    }
}
