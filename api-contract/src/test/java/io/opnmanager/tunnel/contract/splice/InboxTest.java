package io.opnmanager.tunnel.contract.splice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InboxTest {

    @Test
    void every_byte_comes_out_once_and_in_order_whatever_the_sizes() throws Exception {
        Inbox inbox = new Inbox(new Packets());
        Random random = new Random(21);
        byte[] all = new byte[2_000_000];
        random.nextBytes(all);
        Socket socket = new Socket();
        int in = 0;
        while (in < all.length || inbox.size() > 0) {
            int length = Math.min(random.nextInt(40_000), all.length - in);
            inbox.put(all, in, length);
            in += length;
            socket.takes = random.nextInt(40_000) + 1;
            int before = inbox.size();
            assertThat(inbox.writeTo(socket)).isEqualTo(before - inbox.size());
        }
        assertThat(socket.out.toByteArray()).isEqualTo(all);
    }

    @Test
    void it_takes_memory_only_for_what_is_in_it() throws Exception {
        Inbox inbox = new Inbox(new Packets());
        assertThat(inbox.held()).isZero();

        inbox.put(new byte[1_000_000], 0, 1_000_000);
        assertThat(inbox.held()).isBetween(1_000_000, 1_000_000 + 70_000);

        Socket socket = new Socket();
        socket.takes = 2_000_000;
        assertThat(inbox.writeTo(socket)).isEqualTo(1_000_000);
        assertThat(inbox.held()).isZero();
    }

    @Test
    void what_nobody_will_take_is_dropped_with_its_memory() {
        Inbox inbox = new Inbox(new Packets());
        inbox.put(new byte[8], 0, 8);

        assertThat(inbox.drop()).isEqualTo(8);

        assertThat(inbox.size()).isZero();
        assertThat(inbox.held()).isZero();
    }

    /** Takes so many bytes and then no more. */
    private static final class Socket implements WritableByteChannel {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private int takes;

        @Override
        public int write(ByteBuffer from) {
            int length = Math.min(takes, from.remaining());
            takes -= length;
            out.write(from.array(), from.arrayOffset() + from.position(), length);
            from.position(from.position() + length);
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
