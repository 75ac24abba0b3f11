package io.opnmanager.tunnel.contract.line;

import io.opnmanager.tunnel.contract.splice.Far;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Near;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.AbstractChannel;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.common.util.threads.ThreadUtils;
import org.jspecify.annotations.Nullable;

/**
 * Joins a channel of the library with what is {@link Near}: bytes go from one to the other where
 * they lie, without the library's streams and windows, which would wait, or queue without a bound.
 *
 * <p>Nothing here waits, not even while keys are exchanged: the library then queues what it is
 * given, which the window bounds.
 */
public final class Joint implements Far {

    /** Message number, recipient, length (RFC 4254 §5.2). */
    private static final int DATA_HEAD = 9;

    private final AbstractChannel channel;
    private volatile @Nullable Near near;

    public Joint(AbstractChannel channel) {
        this.channel = channel;
    }

    /** Before the channel is open. */
    public void join(Near with) {
        near = with;
    }

    /** What it is joined with, once it is. */
    public @Nullable Near near() {
        return near;
    }

    /** The channel got a message with data. */
    public void data(Buffer message) throws IOException {
        int length = message.getInt();
        if (length < 0 || length > message.available()) {
            throw new IOException(
                    "wanted " + length + " bytes of data, found " + message.available());
        }
        Near joined = near;
        if (joined == null) {
            throw new IOException("data for a channel that is not open");
        }
        joined.received(message.array(), message.rpos(), length);
    }

    /** The channel got a message that opens its window. */
    public void windowAdjust(Buffer message) {
        channel.getRemoteWindow().expand(message.getUInt());
        Near joined = near;
        if (joined != null) {
            joined.roomed();
        }
    }

    /** The channel was told that no more bytes come. */
    public void farEnded() {
        Near joined = near;
        if (joined != null) {
            joined.farEnded();
        }
    }

    @Override
    public long room() {
        return channel.isClosing() ? 0 : channel.getRemoteWindow().getSize();
    }

    @Override
    public long packet() {
        return channel.getRemoteWindow().getPacketSize();
    }

    @Override
    public void send(byte[] packet, int length, Runnable written) throws IOException {
        channel.getRemoteWindow().consume(length);
        Buffer message =
                new ByteArrayBuffer(
                        packet, Loop.HEAD - DATA_HEAD, DATA_HEAD + length, /* read= */ true);
        message.wpos(Loop.HEAD - DATA_HEAD);
        message.putByte(SshConstants.SSH_MSG_CHANNEL_DATA);
        message.putUInt(channel.getRecipient());
        message.putUInt(length);
        message.wpos(Loop.HEAD + length);
        var _ =
                unwaiting(() -> channel.getSession().writePacket(message))
                        .addListener(done -> written.run());
    }

    @Override
    public void grant(int bytes) throws IOException {
        Session session = channel.getSession();
        Buffer message = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_WINDOW_ADJUST, 16);
        message.putUInt(channel.getRecipient());
        message.putUInt(bytes);
        var _ = unwaiting(() -> session.writePacket(message));
    }

    @Override
    public void end() throws IOException {
        Session session = channel.getSession();
        Buffer message = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_EOF, 16);
        message.putUInt(channel.getRecipient());
        var _ = unwaiting(() -> session.writePacket(message));
    }

    @Override
    public void hangUp() {
        try {
            var _ = unwaiting(() -> channel.close(false));
        } catch (IOException e) {
            var _ = channel.close(true);
        }
    }

    /**
     * Calls the library as a thread of its own, which queues while keys are exchanged, and does not
     * wait.
     */
    public static <T> T unwaiting(Callable<T> call) throws IOException {
        try {
            return ThreadUtils.runAsInternal(call);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
