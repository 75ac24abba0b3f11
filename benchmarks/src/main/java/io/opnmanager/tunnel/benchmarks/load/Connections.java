package io.opnmanager.tunnel.benchmarks.load;

import io.opnmanager.tunnel.benchmarks.load.Wire.Order;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;

/** New connections, each for one byte of the target. */
public final class Connections {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double NANOS_PER_SECOND = 1e9;

    /**
     * Who closes first. It decides how fast OpenSSH is: its server does not set TCP_NODELAY, and
     * what it says about a connection that its own side closed waits for an acknowledgement.
     */
    public enum Closer {
        /** As programs do that have what they wanted. */
        CLIENT(Order.ECHO),
        /** As servers do that close after their answer. */
        TARGET(Order.CONNECTION);

        private final Order order;

        Closer(Order order) {
            this.order = order;
        }
    }

    /**
     * What was made.
     *
     * @param count of connections whose byte came, and whose end where the target closes
     * @param perSecond of them
     */
    public record Made(long count, double perSecond) {}

    private Connections() {}

    /**
     * Makes connections, one after the other in each of some clients at once, each one at least.
     *
     * @throws IOException when one brought no byte, or another one, or more
     */
    public static Made run(InetSocketAddress to, Closer closer, int clients, Duration time)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        List<Callable<Long>> works =
                Collections.nCopies(clients, () -> make(to, closer, begin + time.toNanos()));
        long count =
                Workers.run(works, time.plus(PATIENCE)).stream().mapToLong(Long::longValue).sum();
        // With the last ones, that were begun in time and ended after it.
        return new Made(count, count * NANOS_PER_SECOND / (System.nanoTime() - begin));
    }

    private static long make(InetSocketAddress to, Closer closer, long until) throws IOException {
        long made = 0;
        ByteBuffer asks = ByteBuffer.allocateDirect(2);
        var _ = asks.put(closer.order.letter()).put(Wire.DONE);
        ByteBuffer answer = ByteBuffer.allocateDirect(1);
        do {
            try (SocketChannel connection = Wire.connect(to)) {
                Wire.writeAll(connection, asks.clear().limit(asked(closer)));
                byte found = Wire.readAll(connection, answer.clear()).get();
                if (found != Wire.DONE) {
                    throw new IOException(
                            "wanted the byte %d, found %d".formatted(Wire.DONE, found));
                }
                if (closer == Closer.TARGET) {
                    Wire.awaitEnd(connection);
                }
            }
            made++;
        } while (System.nanoTime() < until);
        return made;
    }

    /** An echo wants the byte that it shall answer. */
    static int asked(Closer closer) {
        return switch (closer) {
            case CLIENT -> 2;
            case TARGET -> 1;
        };
    }
}
