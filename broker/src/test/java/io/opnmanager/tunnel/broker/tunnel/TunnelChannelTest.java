package io.opnmanager.tunnel.broker.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.FutureListener;
import io.netty.util.concurrent.Promise;
import io.opnmanager.tunnel.contract.splice.Allowance;
import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Near;
import io.opnmanager.tunnel.contract.splice.Splice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A pipeline, a line of memory, and a real socket at its other end. */
class TunnelChannelTest {

    private static final int FIRST = Side.FIRST;
    private static final int PACKET = Side.PACKET;

    private final Loop loop = new Loop("test");
    private final Allowance allowance = Allowance.of(64 << 20);
    private final NioEventLoopGroup group = new NioEventLoopGroup(1);
    private final EventLoop home = group.next();

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        loop.close();
    }

    /** Gathers what it is given. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        private final AtomicLong count = new AtomicLong();
        private final CountDownLatch gone = new CountDownLatch(1);

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            int length = bytes.readableBytes();
            synchronized (gathered) {
                gathered.write(bytes.array(), from(bytes), length);
            }
            count.addAndGet(length);
            bytes.release();
        }

        private static int from(ByteBuf bytes) {
            return bytes.arrayOffset() + bytes.readerIndex();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            gone.countDown();
        }

        byte[] all() {
            synchronized (gathered) {
                return gathered.toByteArray();
            }
        }

        void awaitEnd() throws InterruptedException {
            assertThat(gone.await(20, TimeUnit.SECONDS)).as("the channel ended").isTrue();
        }
    }

    /** Pipeline, both ends of the line, target. */
    private final class Path implements AutoCloseable {
        private final Side near = new Side(allowance);
        private final Side far = new Side(allowance);
        private final Reader reader = new Reader();
        private final Channel channel;
        private final Socket target;

        Path() throws Exception {
            this(Duration.ZERO);
        }

        Path(Duration stall) throws Exception {
            Promise<Channel> opened = home.newPromise();
            near.other = far;
            far.other = near;
            near.near = unopened(near, stall, opened);
            try (ServerSocket page = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                far.near =
                        new Splice(
                                loop,
                                SocketChannel.open(page.getLocalSocketAddress()),
                                far,
                                far,
                                far.window,
                                Duration.ZERO);
                target = page.accept();
                target.setSoTimeout(10_000);
            }
            var _ =
                    opened.addListener(
                            (FutureListener<Channel>)
                                    done -> done.getNow().pipeline().addLast(reader));
            near.near.begin();
            far.near.begin();
            channel = opened.get(5, TimeUnit.SECONDS);
        }

        void reads(boolean now) {
            var _ = home.submit(() -> channel.config().setAutoRead(now)).syncUninterruptibly();
        }

        void writes(byte[]... parts) {
            var _ =
                    home.submit(() -> {
                        for (byte[] part : parts) {
                            var _ = channel.write(Unpooled.wrappedBuffer(part));
                        }
                        channel.flush();
                    });
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }

    private Near unopened(Side side, Duration stall, Promise<Channel> opened) {
        return new TunnelChannel(
                        new TunnelChannel.Joined(side, side, side.window),
                        new Splices.Path(loop, allowance, Side.MOST, stall),
                        home,
                        opened)
                .near();
    }

    private static byte[] random(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static CompletableFuture<Void> sending(Socket to, byte[] bytes) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        to.getOutputStream().write(bytes);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                Thread::startVirtualThread);
    }

    @Test
    void every_byte_arrives_in_order_both_ways_at_once() throws Exception {
        byte[] down = random(20_000_000, 1);
        byte[] up = random(20_000_000, 2);
        try (Path path = new Path()) {
            CompletableFuture<Void> downwards = sending(path.target, down);
            path.writes(up);

            assertThat(path.target.getInputStream().readNBytes(up.length)).isEqualTo(up);
            downwards.get(20, TimeUnit.SECONDS);
            await().until(() -> path.reader.count.get() == down.length);
            assertThat(path.reader.all()).isEqualTo(down);
            assertThat(path.near.bytesIn).hasValue(down.length);
            assertThat(path.near.bytesOut).hasValue(up.length);
        }
    }

    @Test
    void what_was_written_before_a_flush_is_one_packet() throws Exception {
        try (Path path = new Path()) {
            path.writes("head ".getBytes(US_ASCII), new byte[0], "and body".getBytes(US_ASCII));

            assertThat(path.target.getInputStream().readNBytes(13))
                    .asString()
                    .isEqualTo("head and body");
            assertThat(path.near.sizes).containsExactly(13);
        }
    }

    @Test
    void a_pipeline_that_does_not_read_is_sent_one_window_and_loses_nothing() throws Exception {
        byte[] sent = random(30_000_000, 3);
        try (Path path = new Path()) {
            path.reads(false);
            CompletableFuture<Void> sending = sending(path.target, sent);
            assertThatThrownBy(() -> sending.get(1, TimeUnit.SECONDS))
                    .isInstanceOf(java.util.concurrent.TimeoutException.class);
            assertThat(path.near.bytesIn).hasValue(FIRST);
            assertThat(path.reader.count).hasValue(0);

            path.reads(true);
            sending.get(20, TimeUnit.SECONDS);
            await().until(() -> path.reader.count.get() == sent.length);
            assertThat(path.reader.all()).isEqualTo(sent);
        }
    }

    @Test
    void a_pipeline_that_has_had_enough_gets_nothing_more() throws Exception {
        try (Path path = new Path()) {
            var _ =
                    path.channel
                            .pipeline()
                            .addFirst(
                                    new ChannelInboundHandlerAdapter() {
                                        @Override
                                        public void channelRead(
                                                ChannelHandlerContext context, Object bytes) {
                                            context.channel().config().setAutoRead(false);
                                            var _ = context.fireChannelRead(bytes);
                                        }
                                    });
            path.near.near.received(new byte[10], 0, 10);
            await().until(() -> path.reader.count.get() == 10);
            path.near.near.received(new byte[20], 0, 20);
            Thread.sleep(300);
            assertThat(path.reader.count).hasValue(10);

            path.reads(true);
            await().until(() -> path.reader.count.get() == 30);
        }
    }

    @Test
    void the_target_s_end_comes_after_its_last_byte() throws Exception {
        byte[] sent = random(FIRST, 4);
        try (Path path = new Path()) {
            path.reads(false);
            path.target.getOutputStream().write(sent);
            path.target.close();
            await().until(() -> path.near.bytesIn.get() == FIRST);
            Thread.sleep(200);
            assertThat(path.channel.isActive()).isTrue();
            path.reads(true);

            path.reader.awaitEnd();
            assertThat(path.reader.all()).isEqualTo(sent);
            path.near.awaitEnd();
            path.far.awaitEnd();
        }
        assertThat(allowance.taken()).isZero();
    }

    @Test
    void what_waits_when_the_line_is_gone_is_still_given() throws Exception {
        byte[] sent = random(FIRST, 5);
        try (Path path = new Path()) {
            path.near.near.received(sent, 0, sent.length);
            path.near.near.farGone();

            path.reader.awaitEnd();
            assertThat(path.reader.all()).isEqualTo(sent);
        }
    }

    @Test
    void closing_it_tells_the_target_and_grants_what_nobody_took() throws Exception {
        try (Path path = new Path()) {
            path.reads(false);
            path.target.getOutputStream().write(new byte[1_000]);
            await().until(() -> path.near.bytesIn.get() == 1_000);

            path.channel.close().sync();

            assertThat(path.near.granted).hasValue(1_000);
            assertThat(path.target.getInputStream().read()).isEqualTo(-1);
            path.near.awaitEnd();
            path.near.near.received(new byte[10], 0, 10);
            assertThat(path.reader.count).as("sent before the other end knew").hasValue(0);
        }
    }

    @Test
    void more_than_the_window_is_refused() throws Exception {
        try (Path path = new Path()) {
            path.reads(false);
            path.near.near.received(new byte[FIRST], 0, FIRST);

            assertThatThrownBy(() -> path.near.near.received(new byte[1], 0, 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("more than its window");
        }
    }

    @Test
    void a_window_that_opens_byte_by_byte_makes_no_packets_of_a_byte() throws Exception {
        try (Path path = new Path()) {
            path.far.silent = true;
            path.writes(new byte[FIRST]);
            assertThat(path.target.getInputStream().readNBytes(FIRST)).hasSize(FIRST);
            path.near.sizes.clear();
            path.writes(new byte[PACKET]);
            for (int i = 0; i < 100; i++) {
                path.near.opens(1);
            }
            Thread.sleep(300);
            assertThat(path.near.sizes).isEmpty();

            // A window that stays so small is used all the same.
            assertThat(path.target.getInputStream().readNBytes(100)).hasSize(100);
            path.near.opens(PACKET);
            assertThat(path.target.getInputStream().readNBytes(PACKET - 100)).isNotEmpty();
        }
    }

    @Test
    void a_line_that_takes_nothing_for_the_stall_time_ends_it() throws Exception {
        try (Path path = new Path(Duration.ofSeconds(1))) {
            path.near.room.set(0);
            path.writes(new byte[1]);

            path.reader.awaitEnd();
            assertThat(path.target.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void one_that_waited_once_and_then_says_nothing_is_not_stalled() throws Exception {
        try (Path path = new Path(Duration.ofSeconds(1))) {
            path.near.room.set(0);
            path.writes(new byte[10]);
            Thread.sleep(200);
            path.near.opens(FIRST);
            assertThat(path.target.getInputStream().readNBytes(10)).hasSize(10);

            Thread.sleep(2_500);
            assertThat(path.channel.isActive()).isTrue();
        }
    }

    @Test
    void a_target_that_is_not_reached_is_told_to_who_waits() throws Exception {
        Side side = new Side(allowance);
        Promise<Channel> opened = home.newPromise();
        Near near = unopened(side, Duration.ZERO, opened);
        near.close();

        assertThat(opened.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(opened.cause()).isInstanceOf(ConnectException.class);
        side.awaitEnd();
    }

    @Test
    void it_ends_even_when_its_event_loop_has() throws Exception {
        try (Path path = new Path()) {
            group.shutdownGracefully(0, 0, TimeUnit.SECONDS).sync();
            path.near.near.close();

            path.near.awaitEnd();
            assertThat(path.target.getInputStream().read()).isEqualTo(-1);
        }
    }
}
