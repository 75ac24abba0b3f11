package io.opnmanager.tunnel.broker.tunnel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.sshd.client.channel.AbstractClientChannel;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.RemoteWindow;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.util.buffer.Buffer;

/**
 * A {@code forwarded-tcpip} channel (RFC 4254 §7.2) with bounded buffers both ways. Towards the
 * agent one packet is under way at a time, so that the connections of a line take fair turns and
 * none fills the line's queue; from the agent at most its window is kept, and the window opens
 * again only for bytes that were delivered.
 *
 * <p>MINA calls {@link #doWriteData} in a thread of the line, which must not wait; {@link #send}
 * and {@link #receive} are for the connection's own virtual threads.
 */
final class ForwardedChannel extends AbstractClientChannel {

    private final int listenerPort;
    private final InetSocketAddress originator;
    private final Duration stall;
    private final Inbox inbox;
    private final Runnable heard;

    ForwardedChannel(
            int listenerPort,
            InetSocketAddress originator,
            int window,
            Duration stall,
            Runnable heard) {
        super("forwarded-tcpip");
        this.listenerPort = listenerPort;
        this.originator = originator;
        this.stall = stall;
        this.inbox = new Inbox(window);
        this.heard = heard;
    }

    @Override
    public synchronized OpenFuture open() throws IOException {
        openFuture = new DefaultOpenFuture(this, futureLock);
        Buffer buffer = getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_OPEN, 256);
        buffer.putString(getChannelType());
        buffer.putUInt(getChannelId());
        buffer.putUInt(getLocalWindow().getSize());
        buffer.putUInt(getLocalWindow().getPacketSize());
        // What the agent asked to be bound: OpenSSH looks its forward up by these two.
        buffer.putString("localhost");
        buffer.putUInt(listenerPort);
        buffer.putString(originator.getAddress().getHostAddress());
        buffer.putUInt(originator.getPort());
        writePacket(buffer);
        return openFuture;
    }

    /**
     * Opens it and waits for the agent's answer.
     *
     * @throws IOException when the agent refuses, or could not reach the target, or does not answer
     *     in time
     */
    void openWithin(Duration time) throws IOException {
        try {
            open().verify(time);
        } catch (SshChannelOpenException e) {
            throw new IOException("the agent could not reach the target: " + e.getMessage(), e);
        }
    }

    /** Nothing to prepare: there are no streams. */
    @Override
    protected void doOpen() {}

    @Override
    protected void doWriteData(byte[] data, int from, long length) throws IOException {
        heard.run();
        inbox.put(data, from, (int) length);
    }

    @Override
    protected void doWriteExtendedData(byte[] data, int from, long length) throws IOException {
        throw new IOException("forwarded-tcpip knows no extended data");
    }

    @Override
    public void handleEof() throws IOException {
        super.handleEof();
        inbox.end();
    }

    @Override
    protected void preClose() {
        inbox.end();
        super.preClose();
    }

    /**
     * Sends bytes to the agent, waiting for its window and for the packet before.
     *
     * @throws IOException when the channel closes or takes nothing for the stall time
     */
    void send(ByteBuffer data) throws IOException, InterruptedException {
        RemoteWindow window = getRemoteWindow();
        while (data.hasRemaining()) {
            long space = Math.min(window.waitForSpace(stall), window.getPacketSize());
            int length = (int) Math.min(data.remaining(), space);
            Buffer packet =
                    getSession().createBuffer(SshConstants.SSH_MSG_CHANNEL_DATA, length + 64);
            packet.putUInt(getRecipient());
            packet.putBytes(data.array(), data.arrayOffset() + data.position(), length);
            window.consume(length);
            writePacket(packet).verify(stall);
            data.position(data.position() + length);
        }
    }

    /** No more bytes will be sent. */
    void sendEnd() throws IOException {
        sendEof();
    }

    /**
     * Waits for bytes from the agent.
     *
     * @return how many, or -1 when no more will come
     */
    int receive(ByteBuffer to) throws InterruptedException {
        return inbox.take(to);
    }

    /** Received bytes were delivered: the agent may send as many more. */
    void delivered(int length) throws IOException {
        getLocalWindow().release(length);
    }

    /**
     * Closes it and tells the agent. One that waits for room in our window is given it first:
     * MINA's agents keep their connection to the target until what they hold for it is sent.
     */
    void hangUp() {
        try {
            int dropped = inbox.drop();
            if (dropped > 0) {
                getLocalWindow().release(dropped);
            }
        } catch (IOException e) {
            // The line has ended, and with it all of the agent's connections.
        }
        close(false);
    }
}
