package io.opnmanager.tunnel.broker.tunnel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.server.session.ServerSession;
import org.jboss.logging.Logger;

/**
 * One TCP connection to a tunnel's port, pumped through a channel of its SSH line by two virtual
 * threads, half-close kept. Owned by its {@link Tunnel}.
 */
final class Connection implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Connection.class);
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(10);
    private static final int CHUNK = 32 * 1024;

    private final Tunnel tunnel;
    private final SocketChannel socket;
    private final ForwardedChannel channel;

    /** Whether bytes count: those of the broker's own probe do not. */
    private final boolean counted;

    private final Integer sourcePort;

    Connection(Tunnel tunnel, SocketChannel socket, boolean counted, int window, Duration stall)
            throws IOException {
        this.tunnel = tunnel;
        this.socket = socket;
        this.counted = counted;
        InetSocketAddress source = (InetSocketAddress) socket.getRemoteAddress();
        this.sourcePort = source.getPort();
        this.channel =
                new ForwardedChannel(tunnel.port(), source, window, stall, tunnel.line()::heard);
    }

    /** Runs the connection to its end, in the calling virtual thread and one more. */
    void run(ServerSession session) {
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            session.getService(ConnectionService.class).registerChannel(channel);
            channel.openWithin(OPEN_WITHIN);
            Thread downwards =
                    Thread.ofVirtual().name("tunnel-down-" + tunnel.port()).start(this::toSocket);
            toAgent();
            downwards.join();
        } catch (IOException e) {
            LOG.debugf("connection ended: request=%d error=%s", tunnel.request(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    private void toAgent() throws IOException, InterruptedException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (socket.read(chunk) >= 0) {
            chunk.flip();
            if (counted) {
                tunnel.sent(sourcePort, chunk.remaining());
            }
            channel.send(chunk);
            chunk.clear();
        }
        channel.sendEnd();
    }

    private void toSocket() {
        try {
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            while (channel.receive(chunk) >= 0) {
                chunk.flip();
                int length = chunk.remaining();
                if (counted) {
                    tunnel.received(sourcePort, length);
                }
                while (chunk.hasRemaining()) {
                    socket.write(chunk);
                }
                channel.delivered(length);
                chunk.clear();
            }
            socket.shutdownOutput();
        } catch (IOException e) {
            LOG.debugf("connection ended: request=%d error=%s", tunnel.request(), e.getMessage());
            close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    /** Tells the agent too: its connection to the target must not outlive this one. */
    @Override
    public void close() {
        channel.hangUp();
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debugf(
                    "socket did not close cleanly: request=%d error=%s",
                    tunnel.request(), e.getMessage());
        }
        tunnel.ended(this);
    }
}
