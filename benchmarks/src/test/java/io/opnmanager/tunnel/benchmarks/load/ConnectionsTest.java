package io.opnmanager.tunnel.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.benchmarks.load.Connections.Closer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionsTest {

    @Test
    void as_many_are_counted_as_the_target_has_answered() throws Exception {
        AtomicLong answered = new AtomicLong();
        try (Impostor target =
                new Impostor(connection -> {
                    Wire.drop(connection, 1, ByteBuffer.allocate(1));
                    var _ = answered.incrementAndGet();
                    Wire.writeAll(connection, ByteBuffer.wrap(new byte[] {Wire.DONE}));
                })) {
            Connections.Made made =
                    Connections.run(target.address(), Closer.TARGET, 4, Duration.ofMillis(50));

            assertThat(made.count()).isPositive().isEqualTo(answered.get());
            assertThat(made.perSecond()).isBetween(1.0, made.count() / 0.05);
        }
    }

    @Test
    void the_target_waits_for_a_client_that_closes_first() throws Exception {
        AtomicLong ended = new AtomicLong();
        try (Impostor target =
                new Impostor(connection -> {
                    ByteBuffer byteToEcho = ByteBuffer.allocate(1);
                    Wire.drop(connection, 1, ByteBuffer.allocate(1));
                    Wire.writeAll(connection, Wire.readAll(connection, byteToEcho));
                    Wire.awaitEnd(connection);
                    var _ = ended.incrementAndGet();
                })) {
            Connections.Made made =
                    Connections.run(target.address(), Closer.CLIENT, 1, Duration.ofMillis(50));

            // The last ends may still be on their way.
            for (int tries = 0; ended.get() < made.count() && tries < 1_000; tries++) {
                Thread.sleep(10);
            }
            assertThat(ended.get()).isEqualTo(made.count());
        }
    }

    @ParameterizedTest
    @EnumSource(Closer.class)
    void one_that_is_closed_without_its_byte_fails(Closer closer) throws Exception {
        try (Impostor target =
                new Impostor(connection ->
                        Wire.drop(connection, Connections.asked(closer), ByteBuffer.allocate(2)))) {
            assertThatThrownBy(() ->
                            Connections.run(target.address(), closer, 2, Duration.ofMillis(50)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("traffic failed: wanted 1 bytes, found the end after 0");
        }
    }
}
