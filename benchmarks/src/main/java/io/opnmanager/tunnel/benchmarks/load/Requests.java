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
import org.HdrHistogram.Histogram;

/**
 * Requests of 64 bytes over connections that are kept, sent on schedule: one that waits for those
 * before it is late by that, and its latency counts from when it was due (no coordinated omission).
 */
public final class Requests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For all threads to wait for their first answer. */
    private static final long LEAD_NANOS = 20_000_000;

    private static final int DIGITS = 3;

    private Requests() {}

    /**
     * Sends for a time and waits for every answer.
     *
     * @return latencies in nanoseconds, one a request
     * @throws IOException when an answer is wrong, or does not come
     */
    public static Histogram run(InetSocketAddress to, int connections, int perSecond, Duration time)
            throws IOException, InterruptedException {
        List<SocketChannel> kept = new ArrayList<>();
        try {
            for (int connection = 0; connection < connections; connection++) {
                kept.add(open(to));
            }
            Schedule schedule = new Schedule(System.nanoTime() + LEAD_NANOS, perSecond);
            int count = schedule.within(time);
            List<Callable<Histogram>> works = new ArrayList<>();
            for (int connection = 0; connection < connections; connection++) {
                works.add(receiver(kept.get(connection), connection, connections, count, schedule));
            }
            works.add(() -> send(kept, count, schedule));
            Histogram all = new Histogram(DIGITS);
            Workers.run(works, time.plus(PATIENCE)).forEach(all::add);
            return all;
        } finally {
            for (SocketChannel connection : kept) {
                connection.close();
            }
        }
    }

    /** One that has answered already: it is made through to the target. */
    private static SocketChannel open(InetSocketAddress to) throws IOException {
        SocketChannel connection = Wire.connect(to);
        try {
            Wire.order(connection, Order.REQUESTS);
            ByteBuffer message = ByteBuffer.allocateDirect(Wire.MESSAGE);
            Wire.writeAll(connection, message.putInt(0, -1));
            var _ = Wire.readAll(connection, message.clear());
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** The connections take turns. */
    private static Histogram send(List<SocketChannel> kept, int count, Schedule schedule)
            throws IOException {
        ByteBuffer message = ByteBuffer.allocateDirect(Wire.MESSAGE);
        for (int request = 0; request < count; request++) {
            schedule.await(request);
            Wire.writeAll(kept.get(request % kept.size()), message.clear().putInt(0, request));
        }
        return new Histogram(DIGITS);
    }

    private static Callable<Histogram> receiver(
            SocketChannel connection, int first, int connections, int count, Schedule schedule) {
        return () -> {
            Histogram latencies = new Histogram(DIGITS);
            ByteBuffer message = ByteBuffer.allocateDirect(Wire.MESSAGE);
            for (int request = first; request < count; request += connections) {
                int answered = Wire.readAll(connection, message.clear()).getInt(0);
                long latency = System.nanoTime() - schedule.due(request);
                if (answered != request) {
                    throw new IOException(
                            "wanted the answer to request %d, found that to %d"
                                    .formatted(request, answered));
                }
                latencies.recordValue(latency);
            }
            return latencies;
        };
    }
}
