package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.contract.splice.Far;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Splice;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.jspecify.annotations.Nullable;

/**
 * A {@code forwarded-tcpip} channel (RFC 4254 §7.2) that hands its bytes to a {@link Splice} where
 * they lie, without streams and windows of the library: those would wait, or queue without a bound.
 *
 * <p>MINA calls the handlers in a thread of the line, which must not wait.
 */
final class ForwardedChannel extends AbstractClientChannel implements Far {

    /** Message number, recipient, length (RFC 4254 §5.2). */
    private static final int DATA_HEAD = 9;

    private final int listenerPort;
    private final InetSocketAddress originator;
    private final int firstWindow;
    private final Runnable heard;

    /** Set before it is opened. */
    private @Nullable Splice splice;

    ForwardedChannel(
            int listenerPort, InetSocketAddress originator, int firstWindow, Runnable heard) {
        super("forwarded-tcpip");
        this.listenerPort = listenerPort;
        this.originator = originator;
        this.firstWindow = firstWindow;
        this.heard = heard;
    }

    void join(Splice with) {
        splice = with;
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
        writePacket(buffer);
        return openFuture;
    }

    /** Nothing to prepare: there are no streams. */
    @Override
    protected void doOpen() {}

    @Override
    public void handleData(Buffer buffer) throws IOException {
        heard.run();
        int length = buffer.getInt();
        if (length < 0 || length > buffer.available()) {
            throw new IOException(
                    "wanted " + length + " bytes of data, found " + buffer.available());
        }
        if (splice != null) {
            splice.received(buffer.array(), buffer.rpos(), length);
        }
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
        getRemoteWindow().expand(buffer.getUInt());
        if (splice != null) {
            splice.roomed();
        }
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        if (splice != null) {
            splice.farEnded();
        }
    }

    @Override
    protected void preClose() {
        if (splice != null) {
            splice.farGone();
        }
        super.preClose();
    }

    @Override
    public int room() {
        if (isClosing()) {
            return 0;
        }
        return (int) Math.min(getRemoteWindow().getSize(), getRemoteWindow().getPacketSize());
    }

    @Override
    public void send(byte[] packet, int length, Runnable written) throws IOException {
        getRemoteWindow().consume(length);
        Buffer buffer =
                new ByteArrayBuffer(
                        packet, Loop.HEAD - DATA_HEAD, DATA_HEAD + length, /* read= */ true);
        buffer.wpos(Loop.HEAD - DATA_HEAD);
        buffer.putByte(SshConstants.SSH_MSG_CHANNEL_DATA);
        buffer.putUInt(getRecipient());
        buffer.putUInt(length);
        buffer.wpos(Loop.HEAD + length);
        var _ = write(buffer).addListener(done -> written.run());
    }

    /** While keys are exchanged the library queues what it is given, instead of waiting. */
    private IoWriteFuture write(Buffer buffer) throws IOException {
        try {
            return ThreadUtils.runAsInternal(() -> getSession().writePacket(buffer));
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    @Override
    public void grant(int bytes) throws IOException {
        sendWindowAdjust(bytes);
    }

    /** No more bytes will be sent. */
    @Override
    public void end() throws IOException {
        sendEof();
    }

    @Override
    public void hangUp() {
        close(false);
    }
}
