package io.opnmanager.tunnel.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BulkTest {

    private static final long BYTES = 3 * Wire.CHUNK + 17;

    @ParameterizedTest
    @EnumSource(Direction.class)
    void streams_end_when_all_their_bytes_were_moved(Direction direction) throws Exception {
        try (TrafficTarget target = TrafficTarget.start()) {
            assertThat(Bulk.run(target.address(), direction, 3, 3 * BYTES)).isPositive();
        }
    }

    @Test
    void a_stream_that_ends_before_its_last_byte_fails() throws Exception {
        try (Impostor target = sendingDown(BYTES - 1)) {
            assertThatThrownBy(() -> Bulk.run(target.address(), Direction.DOWN, 1, BYTES))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "traffic failed: wanted %d bytes, found the end after %d"
                                    .formatted(BYTES, BYTES - 1));
        }
    }

    @Test
    void a_stream_that_brings_one_byte_too_many_fails() throws Exception {
        try (Impostor target = sendingDown(BYTES + 1)) {
            assertThatThrownBy(() -> Bulk.run(target.address(), Direction.DOWN, 1, BYTES))
                    .isInstanceOf(IOException.class)
                    .hasMessage("traffic failed: wanted the end, found one more byte");
        }
    }

    @Test
    void upward_it_is_the_target_that_says_when_it_has_all() throws Exception {
        try (Impostor target =
                new Impostor(connection -> {
                    skipOrder(connection);
                    Wire.drop(connection, BYTES, ByteBuffer.allocate(Wire.CHUNK));
                })) {
            assertThatThrownBy(() -> Bulk.run(target.address(), Direction.UP, 1, BYTES))
                    .isInstanceOf(IOException.class)
                    .hasMessage("traffic failed: wanted 1 bytes, found the end after 0");
        }
    }

    @Test
    void a_stream_beside_that_ends_is_no_stream_beside() throws Exception {
        try (Impostor target = sendingDown(5);
                Background beside = Background.start(target.address(), Direction.DOWN)) {
            assertThatThrownBy(
                            () -> {
                                while (true) {
                                    var _ = beside.bytes();
                                    Thread.sleep(1);
                                }
                            })
                    .isInstanceOf(IOException.class)
                    .hasMessage("the stream beside broke: the endless stream ended after 5 bytes");
        }
    }

    private static Impostor sendingDown(long bytes) throws IOException {
        return new Impostor(connection -> {
            skipOrder(connection);
            Wire.send(connection, bytes, ByteBuffer.allocate(Wire.CHUNK));
        });
    }

    private static void skipOrder(SocketChannel connection) throws IOException {
        Wire.drop(connection, 1 + Long.BYTES, ByteBuffer.allocate(1 + Long.BYTES));
    }
}
