package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What stands behind the tunnel: gives back every byte. */
final class EchoTarget implements AutoCloseable {
    final AtomicInteger connections = new AtomicInteger();

    /** Those that have not ended. */
    final AtomicInteger open = new AtomicInteger();

    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    private final Thread acceptor;

    EchoTarget() throws IOException {
        acceptor = Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket caller = socket.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> echo(caller));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void echo(Socket caller) {
        open.incrementAndGet();
        try (caller) {
            caller.getInputStream().transferTo(caller.getOutputStream());
        } catch (IOException gone) {
            // the other end went away
        } finally {
            open.decrementAndGet();
        }
    }

    /**
     * Nobody is taken any more: as long as a thread is still about to accept, somebody could be.
     */
    @Override
    public void close() throws IOException {
        socket.close();
        try {
            assertThat(acceptor.join(Duration.ofSeconds(5))).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
