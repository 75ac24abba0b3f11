package io.opnmanager.tunnel.broker.tunnel;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * An authenticated SSH connection of a firewall and its sign of life. It serves one request at the
 * most.
 *
 * <p>Threads: MINA's for {@link #heard}, the reconciling one for {@link #beat}; the fields say for
 * themselves.
 */
final class Line {

    static final AttributeKey<Line> KEY = new AttributeKey<>();

    private static final Logger LOG = Logger.getLogger(Line.class);

    private final ServerSession session;
    private final long firewall;
    private final long since = System.nanoTime();
    private final AtomicReference<@Nullable Tunnel> tunnel = new AtomicReference<>();
    private final AtomicBoolean forwardAsked = new AtomicBoolean();
    private volatile long lastHeard = System.nanoTime();
    private volatile long lastAsked = System.nanoTime();

    Line(ServerSession session, long firewall) {
        this.session = session;
        this.firewall = firewall;
    }

    ServerSession session() {
        return session;
    }

    long firewall() {
        return firewall;
    }

    @Nullable Tunnel tunnel() {
        return tunnel.get();
    }

    /** Whether this is the first time that the line asks for a port. */
    boolean firstForward() {
        return forwardAsked.compareAndSet(false, true);
    }

    void serves(@Nullable Tunnel served) {
        tunnel.set(served);
    }

    /** Anything came from the peer. */
    void heard() {
        lastHeard = System.nanoTime();
    }

    boolean olderThan(Duration age) {
        return System.nanoTime() - since > age.toNanos();
    }

    /**
     * Asks the peer for a sign of life when it is time; its answer, a failure included, is the
     * sign.
     *
     * @return whether the peer was heard of within the silence
     */
    boolean beat(Duration every, Duration silence) {
        long now = System.nanoTime();
        if (now - lastHeard > silence.toNanos()) {
            return false;
        }
        if (now - lastAsked >= every.toNanos()) {
            lastAsked = now;
            try {
                Buffer buffer = session.createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST, 64);
                buffer.putString("keepalive@openssh.com");
                buffer.putBoolean(true);
                session.request(buffer, "keepalive@openssh.com", (command, answer) -> heard());
            } catch (IOException e) {
                LOG.debugf(
                        "keepalive could not be sent: firewall=%d error=%s",
                        firewall, e.getMessage());
            }
        }
        return true;
    }

    /**
     * Tells the peer why and closes the connection; one that takes no message is cut after the
     * server's time for it.
     */
    void disconnect(String why) {
        try {
            session.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, why);
        } catch (IOException e) {
            LOG.debugf(
                    "disconnect could not be sent: firewall=%d error=%s", firewall, e.getMessage());
            session.close(true);
        }
    }
}
