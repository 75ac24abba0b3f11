package io.opnmanager.tunnel.benchmarks.fleet;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A target that answers whoever connects at once, asked or not: what a tunnel carries when all that
 * is asked is whether it does.
 */
public final class Beacon implements AutoCloseable {

    /** The broker's probe of an http target wants a status. */
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final int PATIENCE_MILLIS = 5_000;
    private static final int BACKLOG = 1_000;

    private final ServerSocket server;

    private Beacon(ServerSocket server) {
        this.server = server;
    }

    /** On a free port of 127.0.0.1. */
    public static Beacon start() throws IOException {
        var beacon = new Beacon(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
        var _ = Thread.ofVirtual().name("beacon").start(beacon::accept);
        return beacon;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket caller = server.accept();
                var _ = Thread.ofVirtual().name("beacon-caller").start(() -> serve(caller));
            } catch (IOException e) {
                // This is the end.
            }
        }
    }

    private static void serve(Socket caller) {
        try (caller) {
            caller.setSoTimeout(PATIENCE_MILLIS);
            caller.getOutputStream().write(ANSWER);
            caller.shutdownOutput();
            // What was not read when it is closed would take the byte back.
            var _ = caller.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The caller has gone.
        }
    }

    /** {@code host:port}. */
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /**
     * Fetches the first byte.
     *
     * @param port on 127.0.0.1 that leads to it
     * @throws IOException when it does not come
     */
    public static void fetch(int port, Duration limit) throws IOException {
        int millis = Math.toIntExact(limit.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
            socket.setSoTimeout(millis);
            InputStream in = socket.getInputStream();
            int found = in.read();
            if (found != ANSWER[0]) {
                throw new EOFException("wanted the beacon's first byte, found " + found);
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
