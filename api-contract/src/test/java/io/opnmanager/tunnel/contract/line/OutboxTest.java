package io.opnmanager.tunnel.contract.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.apache.sshd.common.io.IoWriteFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private SocketChannel socket;
    private SocketChannel peer;
    private Outbox outbox;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel listener =
                ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            socket = SocketChannel.open(listener.getLocalAddress());
            peer = listener.accept();
        }
        socket.configureBlocking(false);
        peer.configureBlocking(false);
        outbox = new Outbox(socket, "test");
    }

    @AfterEach
    void end() throws IOException {
        socket.close();
        peer.close();
    }

    @Test
    void small_packets_go_together_when_they_are_flushed() throws IOException {
        byte[] reused = bytes(1, 100);
        assertThat(outbox.write(ByteBuffer.wrap(reused), true).isWritten()).isTrue();
        Arrays.fill(reused, (byte) 9);
        assertThat(outbox.write(ByteBuffer.wrap(bytes(2, 200)), true).isWritten()).isTrue();
        assertThat(arrived()).isEmpty();

        outbox.flush();

        assertThat(arrived()).isEqualTo(joined(bytes(1, 100), bytes(2, 200)));
        assertThat(outbox.waits()).isFalse();
    }

    @Test
    void a_large_packet_comes_after_what_was_gathered() throws IOException {
        var _ = outbox.write(ByteBuffer.wrap(bytes(1, 100)), true);
        var _ = outbox.write(ByteBuffer.wrap(bytes(2, 5_000)), true);

        assertThat(arrived()).isEqualTo(joined(bytes(1, 100), bytes(2, 5_000)));
    }

    @Test
    void a_packet_that_may_not_wait_comes_after_what_was_gathered() throws IOException {
        var _ = outbox.write(ByteBuffer.wrap(bytes(1, 100)), true);
        var _ = outbox.write(ByteBuffer.wrap(bytes(2, 100)), false);

        assertThat(arrived()).isEqualTo(joined(bytes(1, 100), bytes(2, 100)));
    }

    @Test
    void all_of_it_comes_in_order_through_a_socket_that_is_full() throws IOException {
        int packets = 0;
        IoWriteFuture last;
        do {
            last = outbox.write(ByteBuffer.wrap(bytes(packets++, 2_000)), true);
        } while (last.isWritten() && packets < 100_000);
        assertThat(last.isWritten()).isFalse();
        last = outbox.write(ByteBuffer.wrap(bytes(packets++, 2_000)), true);

        int read = 0;
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        for (int idle = 0; read < packets * 2_000 && idle < 1_000_000; idle++) {
            outbox.flush();
            var _ = peer.read(buffer.clear());
            buffer.flip();
            while (buffer.hasRemaining()) {
                assertThat(buffer.get()).isEqualTo((byte) (read++ / 2_000));
            }
        }

        assertThat(read).isEqualTo(packets * 2_000);
        assertThat(last.isWritten()).isTrue();
        assertThat(outbox.waits()).isFalse();
    }

    @Test
    void what_was_gathered_goes_before_the_end() throws IOException {
        var _ = outbox.write(ByteBuffer.wrap(bytes(1, 100)), true);
        outbox.end();

        assertThat(arrived()).isEqualTo(bytes(1, 100));
        assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void the_last_words_go_out_when_it_is_closed() throws IOException {
        var _ = outbox.write(ByteBuffer.wrap(bytes(1, 100)), true);
        outbox.close();

        assertThat(arrived()).isEqualTo(bytes(1, 100));
        assertThatThrownBy(() -> outbox.write(ByteBuffer.wrap(bytes(1, 1)), true))
                .isInstanceOf(ClosedChannelException.class);
    }

    private static byte[] bytes(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    /** What is there now; loopback has delivered it when a write returns. */
    private byte[] arrived() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
        var _ = peer.read(buffer);
        byte[] found = new byte[buffer.flip().remaining()];
        buffer.get(found);
        return found;
    }
}
