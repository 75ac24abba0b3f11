package io.opnmanager.tunnel.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

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
            Connections.Made made = Connections.run(target.address(), 4, Duration.ofMillis(50));

            assertThat(made.count()).isPositive().isEqualTo(answered.get());
            assertThat(made.perSecond()).isBetween(1.0, made.count() / 0.05);
        }
    }

    @Test
    void one_that_is_closed_without_its_byte_fails() throws Exception {
        try (Impostor target =
                new Impostor(connection -> Wire.drop(connection, 1, ByteBuffer.allocate(1)))) {
            assertThatThrownBy(() -> Connections.run(target.address(), 2, Duration.ofMillis(50)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("traffic failed: wanted 1 bytes, found the end after 0");
        }
    }
}
