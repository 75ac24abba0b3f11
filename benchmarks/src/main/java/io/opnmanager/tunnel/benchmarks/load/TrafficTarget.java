package io.opnmanager.tunnel.benchmarks.load;

import io.opnmanager.tunnel.benchmarks.load.Wire.Order;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Where the traffic ends: does what the first byte of each connection says, see {@link Order}. A
 * thread a connection, kept for the next one; a connection that fails is closed.
 */
public final class TrafficTarget implements AutoCloseable {

    /** What it prints when it listens. */
    static final String READY = "listening on ";

    private static final String PAGE = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

    private static final int BACKLOG = 1024;

    private final ServerSocketChannel listener;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("target").factory());

    private TrafficTarget(ServerSocketChannel listener) {
        this.listener = listener;
    }

    /** A program of its own: {@code PORT [ADDRESS]}, 127.0.0.1 without an address. */
    public static void main(String... words) throws IOException {
        InetAddress address =
                words.length > 1
                        ? InetAddress.getByName(words[1])
                        : InetAddress.getLoopbackAddress();
        TrafficTarget target = listen(new InetSocketAddress(address, Integer.parseInt(words[0])));
        new PrintStream(System.out, true, StandardCharsets.UTF_8)
                .println(READY + target.address().getPort());
        target.accept();
    }

    /** In this process, for tests. */
    static TrafficTarget start() throws IOException {
        TrafficTarget target = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        target.threads.execute(target::accept);
        return target;
    }

    private static TrafficTarget listen(InetSocketAddress at) throws IOException {
        return new TrafficTarget(ServerSocketChannel.open().bind(at, BACKLOG));
    }

    InetSocketAddress address() throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel connection = listener.accept();
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                // Closed, or out of descriptors: who connects sees it.
            }
        }
    }

    private static void serve(SocketChannel connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            switch (Order.of(Wire.readAll(connection, ByteBuffer.allocate(1)).get())) {
                case DOWN -> {
                    long count = count(connection);
                    Wire.send(connection, count, chunk(count));
                }
                case UP -> {
                    long count = count(connection);
                    Wire.drop(connection, count, chunk(count));
                    Wire.writeAll(connection, done());
                }
                case ECHO -> echo(connection);
                case REQUESTS -> answer(connection);
                case CONNECTION -> Wire.writeAll(connection, done());
                case PAGE -> page(connection);
            }
        } catch (IOException e) {
            // Who asked sees the end and counts what came.
        }
    }

    private static long count(SocketChannel connection) throws IOException {
        return Wire.readAll(connection, ByteBuffer.allocate(Long.BYTES)).getLong();
    }

    private static ByteBuffer chunk(long count) {
        return ByteBuffer.allocateDirect((int) Math.min(Wire.CHUNK, Math.max(1, count)));
    }

    private static ByteBuffer done() {
        return ByteBuffer.allocate(1).put(Wire.DONE).flip();
    }

    private static void echo(SocketChannel connection) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(Wire.CHUNK);
        while (connection.read(chunk) >= 0) {
            Wire.writeAll(connection, chunk.flip());
            chunk.clear();
        }
    }

    private static void answer(SocketChannel connection) throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(Wire.MESSAGE);
        while (true) {
            Wire.writeAll(connection, Wire.readAll(connection, message));
            message.clear();
        }
    }

    private static void page(SocketChannel connection) throws IOException {
        Wire.writeAll(connection, ByteBuffer.wrap(PAGE.getBytes(StandardCharsets.US_ASCII)));
        connection.shutdownOutput();
        // Closed with bytes unread, the kernel would take the answer back.
        ByteBuffer rest = ByteBuffer.allocate(Wire.MESSAGE);
        while (connection.read(rest.clear()) >= 0) {}
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
