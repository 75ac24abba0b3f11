package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A TCP relay between an agent and the broker's SSH port that can swallow everything without a
 * word, as a dead network does: connections stay open, no byte and no reset arrives. It listens on
 * another loopback address, with the same port as what it leads to.
 */
final class CuttableProxy implements AutoCloseable {

    private static final int BLOCK = 16 * 1024;

    private final ServerSocket listener;
    private final InetSocketAddress target;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    private CuttableProxy(ServerSocket listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
    }

    /** Listens on {@code address} and leads to the same port of 127.0.0.1. */
    static CuttableProxy start(String address, int port) throws IOException {
        var proxy =
                new CuttableProxy(
                        new ServerSocket(port, 50, InetAddress.ofLiteral(address)),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        proxy.threads.execute(proxy::accept);
        return proxy;
    }

    /** Swallows every byte from now on, of old and of new connections. */
    void cut() {
        cut = true;
    }

    /** Relays again; what was swallowed is lost, so old connections are ended. */
    void heal() {
        sockets.forEach(CuttableProxy::end);
        cut = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                threads.execute(() -> relay(client));
            } catch (SocketException e) {
                return; // closed
            } catch (IOException e) {
                end(listener);
            }
        }
    }

    private void relay(Socket client) {
        try (client;
                Socket broker = new Socket(target.getAddress(), target.getPort())) {
            sockets.add(broker);
            Thread back = Thread.ofVirtual().start(() -> pump(broker, client));
            pump(client, broker);
            back.join();
        } catch (IOException e) {
            // Either side may go at any time; both are closed then.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            sockets.remove(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] block = new byte[BLOCK];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(block); count >= 0; count = in.read(block)) {
                if (!cut) {
                    out.write(block, 0, count);
                }
            }
        } catch (IOException e) {
            // As an end of stream.
        }
        if (!cut) {
            // The end of a connection is a word too.
            end(from);
            end(to);
        }
    }

    private static void end(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            throw new IllegalStateException("a socket did not close", e);
        }
    }

    @Override
    public void close() {
        end(listener);
        sockets.forEach(CuttableProxy::end);
        threads.shutdownNow();
    }
}
