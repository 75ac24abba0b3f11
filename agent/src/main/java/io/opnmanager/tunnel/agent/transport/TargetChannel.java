package io.opnmanager.tunnel.agent.transport;

import io.opnmanager.tunnel.contract.line.Joint;
import io.opnmanager.tunnel.contract.line.Parting;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Near;
import io.opnmanager.tunnel.contract.splice.ReceiveWindow;
import io.opnmanager.tunnel.contract.splice.Splice;
import io.opnmanager.tunnel.contract.splice.Watch;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.channel.AbstractServerChannel;
import org.apache.sshd.server.forward.TcpForwardingFilter;
import org.jspecify.annotations.Nullable;

/**
 * One connection that the broker asks for ({@code forwarded-tcpip}, RFC 4254 §7.2): the line's
 * target is dialled, and its socket is spliced with the channel.
 *
 * <p>MINA calls the handlers in a thread of the line, which must not wait.
 */
final class TargetChannel extends AbstractServerChannel implements Watch {

    /** Shorter than the 10 s after which the broker gives up. */
    private static final Duration DIAL_WITHIN = Duration.ofSeconds(8);

    static final int MOST_PER_LINE = 512;

    private final Loop loop;
    private final ReceiveWindow window;

    /** How many its line has. */
    private final AtomicInteger connections;

    private final Joint joint = new Joint(this);
    private final Parting parting = new Parting(this, () -> service.unregisterChannel(this));

    TargetChannel(Loop loop, ReceiveWindow window, AtomicInteger connections) {
        super("", List.of(), null);
        this.loop = loop;
        this.window = window;
        this.connections = connections;
    }

    @Override
    protected OpenFuture doInit(Buffer buffer) {
        String host = buffer.getString();
        int port = buffer.getInt();
        DefaultOpenFuture opening = new DefaultOpenFuture(this, this);
        addCloseFutureListener(closed -> connections.decrementAndGet());
        if (connections.incrementAndGet() > MOST_PER_LINE) {
            refuse(opening, SshConstants.SSH_OPEN_RESOURCE_SHORTAGE, "too many connections");
            return opening;
        }
        @Nullable SshdSocketAddress address = service.getForwarder().getForwardedPort(port);
        @Nullable TcpForwardingFilter filter =
                getSession().getFactoryManager().getTcpForwardingFilter();
        if (address == null
                || filter == null
                || !filter.canConnect(TcpForwardingFilter.Type.Forwarded, address, getSession())) {
            refuse(
                    opening,
                    SshConstants.SSH_OPEN_ADMINISTRATIVELY_PROHIBITED,
                    "no forward of " + host + ":" + port);
            return opening;
        }
        Dial.begin(
                loop, address.getHostName(), address.getPort(), DIAL_WITHIN, new Answer(opening));
        return opening;
    }

    /** What became of dialling the target; in the loop's thread. */
    private final class Answer implements Dial.Caller {

        private final OpenFuture opening;

        private Answer(OpenFuture opening) {
            this.opening = opening;
        }

        @Override
        public void connected(SocketChannel socket) throws IOException {
            Splice joined =
                    new Splice(loop, socket, joint, TargetChannel.this, window, Duration.ZERO);
            joint.join(joined);
            var _ =
                    Joint.unwaiting(() -> {
                        signalChannelOpenSuccess();
                        opening.setOpened();
                        return opening;
                    });
            if (isClosing()) {
                joined.close();
            } else {
                joined.begin();
            }
        }

        @Override
        public void failed(IOException why) {
            refuse(opening, SshConstants.SSH_OPEN_CONNECT_FAILED, String.valueOf(why.getMessage()));
        }
    }

    private void refuse(OpenFuture opening, int reason, String why) {
        SshChannelOpenException refused = new SshChannelOpenException(getChannelId(), reason, why);
        try {
            var _ =
                    Joint.unwaiting(() -> {
                        signalChannelOpenFailure(refused);
                        opening.setException(refused);
                        return opening;
                    });
        } catch (IOException e) {
            // The line has ended, and nobody waits for an answer any more.
        }
        var _ = close(true);
    }

    /** What the confirmation announces. */
    @Override
    protected void configureWindow() {
        CoreModuleProperties.WINDOW_SIZE.set(this, (long) window.first());
        super.configureWindow();
    }

    @Override
    public void handleData(Buffer buffer) throws IOException {
        joint.data(buffer);
    }

    @Override
    protected void doWriteData(byte[] data, int from, long length) throws IOException {
        throw new IOException("data is taken where it comes in");
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int from, long length) throws IOException {
        throw new IOException("forwarded-tcpip knows no extended data");
    }

    @Override
    public void handleWindowAdjust(Buffer buffer) {
        joint.windowAdjust(buffer);
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        joint.farEnded();
    }

    @Override
    public void handleClose() {
        parting.heard();
    }

    @Override
    protected Closeable getInnerCloseable() {
        return parting;
    }

    @Override
    protected void preClose() {
        Near joined = joint.near();
        if (joined != null) {
            if (getSession().isClosing()) {
                joined.close();
            } else {
                joined.farGone();
            }
        }
        super.preClose();
    }

    /** Bytes are counted by the broker. */
    @Override
    public void received(int bytes) {}

    @Override
    public void sent(int bytes) {}

    @Override
    public void ended() {}
}
