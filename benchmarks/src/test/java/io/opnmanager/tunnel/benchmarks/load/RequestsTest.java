package io.opnmanager.tunnel.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RequestsTest {

    @Test
    void every_request_that_was_due_has_one_latency() throws Exception {
        try (TrafficTarget target = TrafficTarget.start()) {
            Histogram latencies = Requests.run(target.address(), 3, 2_000, Duration.ofMillis(100));

            assertThat(latencies.getTotalCount()).isEqualTo(200);
            assertThat(latencies.getMinValue()).isPositive();
        }
    }

    @Test
    void who_waited_behind_a_stalled_answer_waited_since_it_was_due() throws Exception {
        try (Impostor target = new Impostor(connection -> answer(connection, 200, 0))) {
            Histogram latencies = Requests.run(target.address(), 1, 1_000, Duration.ofMillis(150));

            assertThat(latencies.getTotalCount()).isEqualTo(150);
            // Those of the first 100 ms were due while the target slept for at least 100 ms more.
            assertThat(latencies.getCountBetweenValues(99_000_000, Long.MAX_VALUE))
                    .isGreaterThanOrEqualTo(100);
        }
    }

    @Test
    void an_answer_to_another_request_fails() throws Exception {
        try (Impostor target = new Impostor(connection -> answer(connection, 0, 7))) {
            assertThatThrownBy(
                            () -> Requests.run(target.address(), 1, 1_000, Duration.ofMillis(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("traffic failed: wanted the answer to request 0, found that to 7");
        }
    }

    @Test
    void an_answer_that_does_not_come_fails() throws Exception {
        try (Impostor target =
                new Impostor(connection -> {
                    ByteBuffer message = ByteBuffer.allocate(Wire.MESSAGE);
                    Wire.drop(connection, 1, ByteBuffer.allocate(1));
                    Wire.writeAll(connection, Wire.readAll(connection, message));
                    Wire.drop(connection, Wire.MESSAGE, ByteBuffer.allocate(Wire.MESSAGE));
                })) {
            assertThatThrownBy(() -> Requests.run(target.address(), 1, 100, Duration.ofMillis(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("traffic failed: wanted 64 bytes, found the end after 0");
        }
    }

    /** Answers, after a sleep before the first one that counts, numbers that are off by some. */
    private static void answer(SocketChannel connection, long sleep, int off)
            throws IOException, InterruptedException {
        Wire.drop(connection, 1, ByteBuffer.allocate(1));
        ByteBuffer message = ByteBuffer.allocate(Wire.MESSAGE);
        Wire.writeAll(connection, Wire.readAll(connection, message));
        int request = 0;
        while (true) {
            message.clear();
            int length = connection.read(message);
            if (length < 0) {
                return;
            }
            while (message.hasRemaining()) {
                var _ = connection.read(message);
            }
            if (request == 0) {
                Thread.sleep(sleep);
            }
            request++;
            Wire.writeAll(connection, message.flip().putInt(0, message.getInt(0) + off));
        }
    }
}
