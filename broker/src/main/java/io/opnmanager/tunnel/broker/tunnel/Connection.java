package io.opnmanager.tunnel.broker.tunnel;

import io.netty.util.AttributeKey;
import io.opnmanager.tunnel.contract.splice.Far;
import io.opnmanager.tunnel.contract.splice.Near;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import io.opnmanager.tunnel.contract.splice.Watch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;

/**
 * One connection through a tunnel: a channel of its SSH line, and what is near. Owned by its {@link
 * Tunnel}.
 */
final class Connection implements AutoCloseable, Watch {

    private static final Logger LOG = Logger.getLogger(Connection.class);

    /** The connection that a channel of this process belongs to. */
    static final AttributeKey<Connection> OF = AttributeKey.valueOf(Connection.class, "of");

    private static final Duration OPEN_WITHIN = Duration.ofSeconds(10);

    private final Tunnel tunnel;
    private final ForwardedChannel channel;
    private final Near near;
    private final long since = System.nanoTime();

    /** Whether bytes count: those of the broker's own probe do not. */
    private final boolean counted;

    /** Whether they are no activity. */
    private volatile boolean quiet;

    private volatile boolean open;

    /**
     * One that is not yet begun.
     *
     * @param source what the agent is told of where it comes from
     * @param end makes what is near
     */
    Connection(
            Tunnel tunnel, InetSocketAddress source, boolean counted, ReceiveWindow window, End end)
            throws IOException {
        this.tunnel = tunnel;
        this.counted = counted;
        this.channel =
                new ForwardedChannel(tunnel.port(), source, window.first(), tunnel.line()::heard);
        this.near = end.join(channel.joint(), this, window);
        channel.joint().join(near);
    }

    /** Makes the near end of a connection. */
    interface End {
        Near join(Far far, Connection connection, ReceiveWindow window) throws IOException;
    }

    /** Whether its bytes count for the idle clock. */
    void quieten(boolean now) {
        quiet = now;
    }

    /** Asks the agent for its side; the bytes flow when it has answered. */
    void begin(ServerSession session) {
        try {
            session.getService(ConnectionService.class).registerChannel(channel);
            channel.open().addListener(this::opened);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /** In a thread of MINA. */
    private void opened(OpenFuture answer) {
        if (answer.isOpened()) {
            open = true;
            near.begin();
        } else {
            failed(answer.getException());
        }
    }

    private void failed(Throwable why) {
        LOG.debugf(
                "the agent could not reach the target: request=%d error=%s",
                tunnel.request(), String.valueOf(why));
        close();
    }

    /** One that the agent does not answer ends. */
    void sweep(long now) {
        if (!open && now - since > OPEN_WITHIN.toNanos()) {
            close();
        }
    }

    @Override
    public void received(int bytes) {
        if (counted) {
            tunnel.received(quiet, bytes);
        }
    }

    @Override
    public void sent(int bytes) {
        if (counted) {
            tunnel.sent(quiet, bytes);
        }
    }

    @Override
    public void ended() {
        tunnel.ended(this);
    }

    /** Tells the agent too: its connection to the target must not outlive this one. */
    @Override
    public void close() {
        near.close();
    }
}
