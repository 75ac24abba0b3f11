package io.opnmanager.tunnel.broker.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final int WINDOW = 100_000;

    @Test
    void every_byte_comes_out_once_and_in_order_whatever_the_sizes() throws Exception {
        Inbox inbox = new Inbox(WINDOW);
        Random random = new Random(21);
        byte[] all = new byte[2_000_000];
        random.nextBytes(all);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer taken = ByteBuffer.allocate(7_001);
        int in = 0;
        int inside = 0;
        while (in < all.length || inside > 0) {
            int length =
                    Math.min(Math.min(random.nextInt(40_000), all.length - in), WINDOW - inside);
            inbox.put(all, in, length);
            in += length;
            inside += length;
            if (inside > 0) {
                taken.clear();
                inside -= inbox.take(taken);
                out.write(taken.array(), 0, taken.position());
            }
        }
        assertThat(out.toByteArray()).isEqualTo(all);
    }

    @Test
    void a_peer_that_ignores_its_window_is_refused_and_what_was_in_it_stays() throws Exception {
        Inbox inbox = new Inbox(10);
        inbox.put(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 0, 8);

        assertThatThrownBy(() -> inbox.put(new byte[3], 0, 3))
                .isInstanceOf(IOException.class)
                .hasMessage("the peer sent more than its window of 10 bytes");

        ByteBuffer taken = ByteBuffer.allocate(20);
        assertThat(inbox.take(taken)).isEqualTo(8);
    }

    @Test
    void after_the_end_the_rest_is_taken_and_then_nothing_more_comes() throws Exception {
        Inbox inbox = new Inbox(WINDOW);
        inbox.put(new byte[] {1, 2, 3}, 0, 3);
        inbox.end();

        assertThat(inbox.take(ByteBuffer.allocate(2))).isEqualTo(2);
        assertThat(inbox.take(ByteBuffer.allocate(2))).isEqualTo(1);
        assertThat(inbox.take(ByteBuffer.allocate(2))).isEqualTo(-1);
    }

    @Test
    void what_nobody_will_take_is_dropped_and_so_is_what_still_comes() throws Exception {
        Inbox inbox = new Inbox(10);
        inbox.put(new byte[8], 0, 8);

        assertThat(inbox.drop()).isEqualTo(8);
        inbox.put(new byte[8], 0, 8);
        inbox.put(new byte[8], 0, 8);

        assertThat(inbox.drop()).isZero();
        assertThat(inbox.take(ByteBuffer.allocate(20))).isEqualTo(-1);
    }

    @Test
    void a_waiting_reader_is_woken_by_bytes_and_by_the_end() throws Exception {
        Inbox inbox = new Inbox(WINDOW);
        CompletableFuture<Integer> first = new CompletableFuture<>();
        CompletableFuture<Integer> second = new CompletableFuture<>();
        Thread reader =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                first.complete(inbox.take(ByteBuffer.allocate(8)));
                                second.complete(inbox.take(ByteBuffer.allocate(8)));
                            } catch (InterruptedException e) {
                                first.completeExceptionally(e);
                            }
                        });
        inbox.put(new byte[] {42}, 0, 1);
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        inbox.end();
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
        reader.join();
    }
}
