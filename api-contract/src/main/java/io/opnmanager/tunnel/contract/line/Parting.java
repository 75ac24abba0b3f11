package io.opnmanager.tunnel.contract.line;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.Closeable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.AbstractChannel;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.future.DefaultCloseFuture;
import org.apache.sshd.common.future.SshFutureListener;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;

/**
 * How a channel ends (RFC 4254 §5.3): each end says once that it is closed, and when both did it is
 * gone. It stands in for the library's chain of closeables, each with a future, a logger and an
 * exception, which was the dearest part of a short connection.
 */
public final class Parting implements Closeable {

    private final AbstractChannel channel;
    private final Runnable unregister;
    private final DefaultCloseFuture gone;
    private final AtomicBoolean said = new AtomicBoolean();
    private volatile boolean heard;

    /**
     * @param channel one that both ends know when it is closed gracefully, or that its own line
     *     does not know yet
     * @param unregister removes it from its line
     */
    public Parting(AbstractChannel channel, Runnable unregister) {
        this.channel = channel;
        this.unregister = unregister;
        this.gone = new DefaultCloseFuture(channel, channel);
    }

    /** The other end has closed the channel. */
    public void heard() {
        heard = true;
        if (said.get()) {
            end();
        } else {
            var _ = channel.close(false);
        }
    }

    @Override
    public CloseFuture close(boolean immediately) {
        if (immediately || !channel.isInitialized()) {
            end();
        } else if (said.compareAndSet(false, true)) {
            try {
                say();
            } catch (IOException | RuntimeException e) {
                // The line has ended, and the other end has none of its channels any more.
                end();
            }
            if (heard) {
                end();
            }
        }
        return gone;
    }

    private void say() throws IOException {
        Session session = channel.getSession();
        Buffer message = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_CLOSE, 16);
        message.putUInt(channel.getRecipient());
        var _ = Joint.unwaiting(() -> session.writePacket(message));
    }

    private void end() {
        if (channel.isInitialized()) {
            unregister.run();
        }
        gone.setClosed();
    }

    @Override
    public boolean isClosing() {
        return said.get() || gone.isClosed();
    }

    @Override
    public boolean isClosed() {
        return gone.isClosed();
    }

    @Override
    public void addCloseFutureListener(SshFutureListener<CloseFuture> listener) {
        var _ = gone.addListener(listener);
    }

    @Override
    public void removeCloseFutureListener(SshFutureListener<CloseFuture> listener) {
        var _ = gone.removeListener(listener);
    }
}
