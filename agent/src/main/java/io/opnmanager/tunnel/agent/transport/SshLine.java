package io.opnmanager.tunnel.agent.transport;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.jspecify.annotations.Nullable;

/** One SSH connection with one reverse forward on it. Closing it is the kill. */
public final class SshLine implements AutoCloseable {
    private final ClientSession session;
    private final CompletableFuture<String> end = new CompletableFuture<>();

    SshLine(ClientSession session, WhyEnded why) {
        this.session = session;
        session.addCloseFutureListener(closed -> end.complete(why.words()));
    }

    /** Blocks until the line has ended, and says why as far as it is known. */
    public String awaitEnd() throws InterruptedException {
        try {
            return end.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the line still stands. */
    public boolean open() {
        return session.isOpen();
    }

    /** Ends it at once, with every connection through it. */
    @Override
    public void close() {
        session.close(true);
    }

    /** Remembers the first reason; what follows from it is noise. Called by the I/O threads. */
    static final class WhyEnded implements SessionListener {
        private volatile @Nullable String reason;

        @Override
        public void sessionException(Session session, Throwable failure) {
            keep(String.valueOf(failure.getMessage()));
        }

        @Override
        public void sessionDisconnect(
                Session session, int code, String message, String language, boolean here) {
            keep((here ? "disconnected here: " : "disconnected by the broker: ") + message);
        }

        private synchronized void keep(String words) {
            if (reason == null) {
                reason = words.replaceAll("\\p{Cntrl}", " ");
            }
        }

        String words() {
            String known = reason;
            return known == null ? "the connection ended" : known;
        }
    }
}
