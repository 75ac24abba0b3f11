package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.contract.line.Joint;
import io.opnmanager.tunnel.contract.line.Parting;
import io.opnmanager.tunnel.contract.splice.Near;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;

/**
 * A {@code forwarded-tcpip} channel (RFC 4254 §7.2), joined with what is {@link Near}.
 *
 * <p>MINA calls the handlers in a thread of the line, which must not wait.
 */
final class ForwardedChannel extends AbstractClientChannel {

    private final int listenerPort;
    private final InetSocketAddress originator;
    private final int firstWindow;
    private final Runnable heard;

    private final Joint joint = new Joint(this);
    private final Parting parting = new Parting(this, () -> service.unregisterChannel(this));

    ForwardedChannel(
            int listenerPort, InetSocketAddress originator, int firstWindow, Runnable heard) {
        super("forwarded-tcpip");
        this.listenerPort = listenerPort;
        this.originator = originator;
        this.firstWindow = firstWindow;
        this.heard = heard;
    }

    /** Joins it with this side, before it is opened. */
    Joint joint() {
        return joint;
    }

    @Override
    public synchronized OpenFuture open() throws IOException {
        openFuture = new DefaultOpenFuture(this, futureLock);
        Buffer buffer = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN, 256);
        buffer.putString(getChannelType());
        buffer.putUInt(getChannelId());
        buffer.putUInt(firstWindow);
        buffer.putUInt(getLocalWindow().getPacketSize());
        // What the agent asked to be bound: OpenSSH looks its forward up by these two.
        buffer.putString("localhost");
        buffer.putUInt(listenerPort);
        buffer.putString(originator.getAddress().getHostAddress());
        buffer.putUInt(originator.getPort());
        var _ = Joint.unwaiting(() -> writePacket(buffer));
        return openFuture;
    }

    /** Nothing to prepare: there are no streams. */
    @Override
    protected void doOpen() {}

    @Override
    public void handleData(Buffer buffer) throws IOException {
        heard.run();
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
        // Who is not known to the agent yet cannot be closed there.
        return openFuture == null || openFuture.isDone()
                ? parting
                : builder().when(openFuture).close(parting).build();
    }

    @Override
    protected void preClose() {
        Near near = joint.near();
        if (near != null) {
            near.farGone();
        }
        super.preClose();
    }
}
