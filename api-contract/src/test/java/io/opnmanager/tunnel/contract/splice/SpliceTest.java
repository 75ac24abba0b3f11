package io.opnmanager.tunnel.contract.splice;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two splices with a line of memory between them, and real sockets at their ends. */
class SpliceTest {

    private static final int FIRST = 64 * 1024;
    private static final int PACKET = 32 * 1024;
    private static final int MOST = 1 << 20;

    private final Loop loop = new Loop("test");
    private final Allowance allowance = Allowance.of(64 << 20);

    @AfterEach
    void close() {
        loop.close();
    }

    /** One end of the line: what is sent at one is received at the other. */
    private final class End implements Far, Watch {
        private final AtomicLong room = new AtomicLong(FIRST);
        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicLong bytes = new AtomicLong();
        private final List<Integer> sizes = new CopyOnWriteArrayList<>();
        private End other = this;

        /** It does not tell that its window is open again. */
        private volatile boolean silent;

        private final Splice splice;

        End(SocketChannel socket, Duration stall) throws IOException {
            splice =
                    new Splice(
                            loop,
                            socket,
                            this,
                            this,
                            new ReceiveWindow(FIRST, MOST, allowance),
                            stall);
        }

        @Override
        public long room() {
            return room.get();
        }

        @Override
        public long packet() {
            return PACKET;
        }

        @Override
        public void send(byte[] packet, int length, Runnable written) throws IOException {
            assertThat(length).isBetween(1, PACKET);
            assertThat(room.addAndGet(-length)).isNotNegative();
            sizes.add(length);
            other.splice.received(packet, Loop.HEAD, length);
            written.run();
        }

        @Override
        public void grant(int more) {
            if (silent) {
                return;
            }
            other.room.addAndGet(more);
            other.splice.roomed();
        }

        @Override
        public void end() {
            other.splice.farEnded();
        }

        @Override
        public void hangUp() {
            other.splice.farGone();
        }

        @Override
        public void received(int length) {
            bytes.addAndGet(length);
        }

        @Override
        public void sent(int length) {}

        @Override
        public void ended() {
            ended.countDown();
        }
    }

    /** Client, both ends of the line, target. */
    private final class Path implements AutoCloseable {
        private final Socket client;
        private final Socket target;
        private final End near;
        private final End far;

        Path() throws IOException {
            this(Duration.ZERO);
        }

        Path(Duration stall) throws IOException {
            try (ServerSocketChannel entrance = ServerSocketChannel.open();
                    ServerSocket page = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                entrance.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                client =
                        new Socket(
                                InetAddress.getLoopbackAddress(), entrance.socket().getLocalPort());
                client.setSoTimeout(10_000);
                near = new End(entrance.accept(), stall);
                far = new End(SocketChannel.open(page.getLocalSocketAddress()), Duration.ZERO);
                target = page.accept();
                target.setSoTimeout(10_000);
            }
            near.other = far;
            far.other = near;
            near.splice.begin();
            far.splice.begin();
        }

        void awaitEnd() throws InterruptedException {
            assertThat(near.ended.await(5, TimeUnit.SECONDS)).as("near end").isTrue();
            assertThat(far.ended.await(5, TimeUnit.SECONDS)).as("far end").isTrue();
        }

        @Override
        public void close() throws IOException {
            client.close();
            target.close();
        }
    }

    private static CompletableFuture<byte[]> allOf(Socket socket) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void every_byte_arrives_in_order_both_ways_at_once() throws Exception {
        byte[] down = new byte[20_000_000];
        byte[] up = new byte[20_000_000];
        new Random(1).nextBytes(down);
        new Random(2).nextBytes(up);
        try (Path path = new Path()) {
            CompletableFuture<byte[]> atClient = allOf(path.client);
            CompletableFuture<byte[]> atTarget = allOf(path.target);
            CompletableFuture<Void> upwards =
                    CompletableFuture.runAsync(
                            () -> sendAll(path.client, up), Thread::startVirtualThread);
            sendAll(path.target, down);
            upwards.get(20, TimeUnit.SECONDS);
            assertThat(atClient.get(20, TimeUnit.SECONDS)).isEqualTo(down);
            assertThat(atTarget.get(20, TimeUnit.SECONDS)).isEqualTo(up);
            path.awaitEnd();
        }
        assertThat(allowance.taken()).isZero();
    }

    private static void sendAll(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void when_the_client_has_said_all_the_target_still_answers() throws Exception {
        try (Path path = new Path()) {
            sendAll(path.client, "ask".getBytes(US_ASCII));
            assertThat(path.target.getInputStream().readAllBytes()).asString().isEqualTo("ask");
            sendAll(path.target, "answer".getBytes(US_ASCII));
            assertThat(path.client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
            path.awaitEnd();
        }
    }

    @Test
    void when_the_target_has_said_all_the_client_still_speaks() throws Exception {
        try (Path path = new Path()) {
            sendAll(path.target, "banner".getBytes(US_ASCII));
            assertThat(path.client.getInputStream().readAllBytes()).asString().isEqualTo("banner");
            sendAll(path.client, "rest".getBytes(US_ASCII));
            assertThat(path.target.getInputStream().readAllBytes()).asString().isEqualTo("rest");
            path.awaitEnd();
        }
    }

    @Test
    void a_client_that_reads_nothing_holds_one_window_at_most_and_loses_nothing() throws Exception {
        byte[] sent = new byte[60_000_000];
        new Random(3).nextBytes(sent);
        try (Path path = new Path()) {
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> sendAll(path.target, sent), Thread::startVirtualThread);
            assertThatThrownBy(() -> sending.get(1, TimeUnit.SECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(path.near.splice.held()).isBetween(1, MOST);

            assertThat(path.client.getInputStream().readAllBytes()).isEqualTo(sent);
        }
    }

    @Test
    void a_slow_connection_does_not_hold_up_the_one_beside_it() throws Exception {
        try (Path slow = new Path();
                Path quick = new Path()) {
            Thread sending =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    slow.target.getOutputStream().write(new byte[60_000_000]);
                                } catch (IOException e) {
                                    /* it is closed in the end */
                                }
                            });
            for (int i = 0; i < 1_000; i++) {
                quick.client.getOutputStream().write(42);
                assertThat(quick.target.getInputStream().read()).isEqualTo(42);
                quick.target.getOutputStream().write(43);
                assertThat(quick.client.getInputStream().read()).isEqualTo(43);
            }
            assertThat(sending.isAlive()).as("the slow one still sends").isTrue();
        }
    }

    @Test
    void a_reset_of_the_client_ends_the_target_too() throws Exception {
        try (Path path = new Path()) {
            path.client.setSoLinger(true, 0);
            path.client.close();
            assertThat(endOf(path.target)).isLessThanOrEqualTo(0);
            path.awaitEnd();
        }
    }

    @Test
    void a_reset_of_the_target_ends_the_client_too() throws Exception {
        try (Path path = new Path()) {
            path.target.setSoLinger(true, 0);
            path.target.close();
            assertThat(endOf(path.client)).isLessThanOrEqualTo(0);
            path.awaitEnd();
        }
    }

    /** End of the stream or a reset. */
    private static int endOf(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read();
        } catch (SocketException e) {
            return -1;
        }
    }

    @Test
    void closing_one_end_closes_both_sockets() throws Exception {
        try (Path path = new Path()) {
            path.near.splice.close();
            assertThat(endOf(path.client)).isLessThanOrEqualTo(0);
            assertThat(endOf(path.target)).isLessThanOrEqualTo(0);
            path.awaitEnd();
        }
    }

    @Test
    void what_waits_when_the_channel_is_gone_is_still_delivered() throws Exception {
        byte[] sent = new byte[FIRST];
        new Random(4).nextBytes(sent);
        try (Path path = new Path()) {
            path.near.splice.received(sent, 0, sent.length);
            path.near.splice.farGone();
            assertThat(path.client.getInputStream().readAllBytes()).isEqualTo(sent);
            path.awaitEnd();
        }
    }

    @Test
    void a_line_that_takes_nothing_for_the_stall_time_ends_it() throws Exception {
        try (Path path = new Path(Duration.ofSeconds(1))) {
            path.near.room.set(0);
            path.client.getOutputStream().write(42);
            InputStream in = path.client.getInputStream();
            assertThat(in.read()).isEqualTo(-1);
            path.awaitEnd();
        }
    }

    @Test
    void one_that_filled_the_window_and_then_says_nothing_is_not_stalled() throws Exception {
        try (Path path = new Path(Duration.ofSeconds(1))) {
            path.near.room.set(10);
            path.client.getOutputStream().write(new byte[10]);
            assertThat(path.target.getInputStream().readNBytes(10)).hasSize(10);
            Thread.sleep(200);
            path.near.room.set(FIRST);
            path.near.splice.roomed();
            // Longer than the stall time and the pause between two looks.
            Thread.sleep(2_500);

            path.target.getOutputStream().write(43);
            assertThat(path.client.getInputStream().read()).isEqualTo(43);
        }
    }

    @Test
    void a_window_that_opens_bit_by_bit_is_not_filled_bit_by_bit() throws Exception {
        try (Path path = new Path()) {
            path.far.silent = true;
            path.client.getOutputStream().write(new byte[FIRST + 32 * 1024]);
            assertThat(path.target.getInputStream().readNBytes(FIRST)).hasSize(FIRST);
            path.near.sizes.clear();

            for (int i = 0; i < 20; i++) {
                path.near.room.addAndGet(1_000);
                path.near.splice.roomed();
                Thread.sleep(2);
            }

            assertThat(path.target.getInputStream().readNBytes(16 * 1024)).hasSize(16 * 1024);
            assertThat(path.near.sizes).allSatisfy(size -> assertThat(size).isGreaterThan(1_000));
        }
    }

    @Test
    void a_window_that_stays_almost_closed_is_used_all_the_same() throws Exception {
        try (Path path = new Path()) {
            path.far.silent = true;
            path.client.getOutputStream().write(new byte[FIRST + 1_000]);
            assertThat(path.target.getInputStream().readNBytes(FIRST)).hasSize(FIRST);

            path.near.room.addAndGet(1_000);
            path.near.splice.roomed();

            assertThat(path.target.getInputStream().readNBytes(1_000)).hasSize(1_000);
        }
    }

    /** Each would wait for the next look, a second later, if it were taken for a stream's. */
    @Test
    void a_question_that_fits_is_not_held_back_by_a_window_that_was_larger() throws Exception {
        try (Path path = new Path()) {
            path.client.getOutputStream().write(new byte[FIRST]);
            assertThat(path.target.getInputStream().readNBytes(FIRST)).hasSize(FIRST);
            path.far.silent = true;
            path.near.room.set(1_000);

            long begin = System.nanoTime();
            for (int i = 0; i < 6; i++) {
                path.client.getOutputStream().write(new byte[100]);
                assertThat(path.target.getInputStream().readNBytes(100)).hasSize(100);
            }

            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void a_peer_that_ignores_its_window_is_told_so() throws Exception {
        try (Path path = new Path()) {
            assertThatThrownBy(() -> path.near.splice.received(new byte[FIRST + 1], 0, FIRST + 1))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "the peer sent more than its window: wanted at most %d bytes, found %d",
                            FIRST, FIRST + 1);
        }
    }
}
