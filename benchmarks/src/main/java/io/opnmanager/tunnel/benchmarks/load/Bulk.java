package io.opnmanager.tunnel.benchmarks.load;

import io.opnmanager.tunnel.benchmarks.load.Wire.Order;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Streams of so many bytes, counted at their ends. */
public final class Bulk {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** In which a connection that was accepted is made through to the target too. */
    private static final Duration SETTLE = Duration.ofMillis(150);

    private static final double NANOS_PER_SECOND = 1e9;

    /** Which way the bytes go, as who holds the tunnel's port sees it. */
    public enum Direction {
        /** From the target. */
        DOWN(Order.DOWN),
        /** To the target. */
        UP(Order.UP);

        private final Order order;

        Direction(Order order) {
            this.order = order;
        }

        Order order() {
            return order;
        }
    }

    private Bulk() {}

    /**
     * Moves bytes through streams at once, their connections made before the clock starts. Downward
     * the last byte and the end of each stream were seen, upward the target said that it had all.
     *
     * @param bytes of all streams together
     * @return bytes a second, until the last stream was done
     * @throws IOException when a stream brought fewer bytes, or more
     */
    public static double run(InetSocketAddress to, Direction direction, int streams, long bytes)
            throws IOException, InterruptedException {
        long each = bytes / streams;
        List<SocketChannel> connections = new ArrayList<>();
        try {
            for (int stream = 0; stream < streams; stream++) {
                connections.add(Wire.connect(to));
            }
            Thread.sleep(SETTLE);
            List<Callable<Long>> works = new ArrayList<>();
            for (SocketChannel connection : connections) {
                works.add(() -> move(connection, direction, each));
            }
            long begin = System.nanoTime();
            long end =
                    Workers.run(works, PATIENCE).stream()
                            .mapToLong(Long::longValue)
                            .max()
                            .orElseThrow();
            return each * streams * NANOS_PER_SECOND / (end - begin);
        } finally {
            for (SocketChannel connection : connections) {
                connection.close();
            }
        }
    }

    /** When it was done. */
    private static long move(SocketChannel connection, Direction direction, long bytes)
            throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(Wire.CHUNK);
        Wire.order(connection, direction.order, bytes);
        switch (direction) {
            case DOWN -> Wire.drop(connection, bytes, chunk);
            case UP -> {
                Wire.send(connection, bytes, chunk);
                Wire.drop(connection, 1, chunk);
            }
        }
        long done = System.nanoTime();
        Wire.awaitEnd(connection);
        return done;
    }
}
