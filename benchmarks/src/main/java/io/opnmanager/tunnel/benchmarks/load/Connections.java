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
     * What was made.
     *
     * @param count of connections whose byte and whose end came
     * @param perSecond of them
     */
    public record Made(long count, double perSecond) {}

    private Connections() {}

    /**
     * Makes connections, one after the other in each of some clients at once.
     *
     * @throws IOException when one brought no byte, or another one, or more
     */
    public static Made run(InetSocketAddress to, int clients, Duration time)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        List<Callable<Long>> works =
                Collections.nCopies(clients, () -> make(to, begin + time.toNanos()));
        long count =
                Workers.run(works, time.plus(PATIENCE)).stream().mapToLong(Long::longValue).sum();
        // With the last ones, that were begun in time and ended after it.
        return new Made(count, count * NANOS_PER_SECOND / (System.nanoTime() - begin));
    }

    private static long make(InetSocketAddress to, long until) throws IOException {
        long made = 0;
        ByteBuffer answer = ByteBuffer.allocateDirect(1);
        while (System.nanoTime() < until) {
            try (SocketChannel connection = Wire.connect(to)) {
                Wire.order(connection, Order.CONNECTION);
                byte found = Wire.readAll(connection, answer.clear()).get();
                if (found != Wire.DONE) {
                    throw new IOException(
                            "wanted the byte %d, found %d".formatted(Wire.DONE, found));
                }
                Wire.awaitEnd(connection);
            }
            made++;
        }
        return made;
    }
}
