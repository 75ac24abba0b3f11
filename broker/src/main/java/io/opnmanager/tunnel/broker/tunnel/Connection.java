package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import io.opnmanager.tunnel.contract.splice.Splice;
import io.opnmanager.tunnel.contract.splice.Watch;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;

/**
 * One TCP connection to a tunnel's port, spliced with a channel of its SSH line. Owned by its
 * {@link Tunnel}.
 */
final class Connection implements AutoCloseable, Watch {

    private static final Logger LOG = Logger.getLogger(Connection.class);
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(10);

    private final Tunnel tunnel;
    private final ForwardedChannel channel;
    private final Splice splice;
    private final long since = System.nanoTime();

    /** Whether bytes count: those of the broker's own probe do not. */
    private final boolean counted;

    private final Integer sourcePort;
    private volatile boolean open;

    Connection(Tunnel tunnel, SocketChannel socket, boolean counted, Splices.Path path)
            throws IOException {
        this.tunnel = tunnel;
        this.counted = counted;
        InetSocketAddress source = (InetSocketAddress) socket.getRemoteAddress();
        this.sourcePort = source.getPort();
        ReceiveWindow window = path.window();
        this.channel =
                new ForwardedChannel(tunnel.port(), source, window.first(), tunnel.line()::heard);
        this.splice = new Splice(path.loop(), socket, channel.joint(), this, window, path.stall());
        channel.joint().join(splice);
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
            splice.begin();
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
            tunnel.received(sourcePort, bytes);
        }
    }

    @Override
    public void sent(int bytes) {
        if (counted) {
            tunnel.sent(sourcePort, bytes);
        }
    }

    @Override
    public void ended() {
        tunnel.ended(this);
    }

    /** Tells the agent too: its connection to the target must not outlive this one. */
    @Override
    public void close() {
        splice.close();
    }
}
