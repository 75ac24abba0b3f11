package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * Says back what it hears, on 127.0.0.1; when the other side has said all, so has it. A virtual
 * thread a connection.
 */
final class EchoService implements AutoCloseable {

    private static final int BACKLOG = 1000;

    private final ServerSocket listener;

    private EchoService(ServerSocket listener) {
        this.listener = listener;
    }

    static EchoService start() throws IOException {
        EchoService echo =
                new EchoService(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(echo::accept);
        return echo;
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = listener.accept();
                Thread.ofVirtual().start(() -> answer(caller));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void answer(Socket caller) {
        try (caller) {
            caller.getInputStream().transferTo(caller.getOutputStream());
            caller.shutdownOutput();
        } catch (IOException e) {
            // The other side hung up in the middle, which is its right.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
