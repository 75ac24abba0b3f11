package io.opnmanager.tunnel.broker.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Connections that come at once to a server with one event loop, on which the first byte of each is
 * a millisecond's work.
 */
class AdmissionTest {

    private static final int CROWD = 300;

    /** Eight that begin at once, and eight that waited for the same turn. */
    private static final int AT_MOST_A_TURN = 16;

    private final EventLoopGroup acceptor = new NioEventLoopGroup(1);
    private final EventLoopGroup loops = new NioEventLoopGroup(1);
    private final EventLoop loop = loops.next();
    private final Admission admission = new Admission();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Socket> clients = new ArrayList<>();

    /** Of the loop, as are the others here. */
    private int turn;

    private final Map<Integer, Integer> begunInTurn = new HashMap<>();
    private volatile boolean paused;
    private Channel server;

    @BeforeEach
    void start() {
        server =
                new ServerBootstrap()
                        .group(acceptor, loops)
                        .channel(NioServerSocketChannel.class)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel connection) {
                                        accepted.incrementAndGet();
                                        connection.pipeline().addLast(new Work());
                                        connection
                                                .pipeline()
                                                .addFirst(
                                                        admission.entrance(
                                                                (ServerChannel)
                                                                        connection.parent()));
                                    }
                                })
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .syncUninterruptibly()
                        .channel();
        var _ = loop.scheduleWithFixedDelay(() -> turn++, 1, 1, TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void end() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        acceptor.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    /** What is done for a connection, before what came is said back. */
    private final class Work extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message)
                throws InterruptedException {
            begunInTurn.merge(turn, 1, Integer::sum);
            paused |= !server.config().isAutoRead();
            Thread.sleep(1);
            var _ = context.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable gone) {
            var _ = context.close();
        }
    }

    private Socket connect() throws IOException {
        Socket client =
                new Socket(
                        InetAddress.getLoopbackAddress(),
                        ((InetSocketAddress) server.localAddress()).getPort());
        client.setSoTimeout(20_000);
        clients.add(client);
        return client;
    }

    /** All of them have spoken before the loop looks at the first. */
    private List<Socket> crowd(int count) throws Exception {
        CountDownLatch spoken = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                var _ = spoken.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<Socket> crowd = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket one = connect();
            one.getOutputStream().write(i);
            crowd.add(one);
        }
        spoken.countDown();
        return crowd;
    }

    private static int answered(List<Socket> crowd) {
        int answered = 0;
        for (Socket one : crowd) {
            try {
                answered += one.getInputStream().read() >= 0 ? 1 : 0;
            } catch (IOException reset) {
                // Ended before it was asked anything.
            }
        }
        return answered;
    }

    private void awaitAccepting() {
        await().atMost(Duration.ofSeconds(20)).until(() -> server.config().isAutoRead());
    }

    @Test
    void a_few_are_begun_in_each_turn_of_the_loop_and_all_in_the_end() throws Exception {
        assertThat(answered(crowd(CROWD))).isEqualTo(CROWD);

        Map<Integer, Integer> begun = loop.submit(() -> Map.copyOf(begunInTurn)).get();
        assertThat(begun.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(CROWD);
        assertThat(Collections.max(begun.values())).isLessThanOrEqualTo(AT_MOST_A_TURN);
    }

    @Test
    void while_many_wait_no_more_are_accepted() throws Exception {
        assertThat(answered(crowd(CROWD))).isEqualTo(CROWD);

        assertThat(paused).isTrue();
        awaitAccepting();
        assertThat(answered(crowd(1))).isEqualTo(1);
    }

    @Test
    void whoever_says_nothing_takes_nobodys_place() throws Exception {
        for (int i = 0; i < CROWD; i++) {
            var _ = connect();
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> accepted.get() == CROWD);

        assertThat(answered(crowd(1))).isEqualTo(1);
        assertThat(paused).isFalse();
    }

    @Test
    void whoever_leaves_while_waiting_leaves_its_place_too() throws Exception {
        List<Socket> crowd = crowd(CROWD);
        for (Socket one : crowd.subList(0, CROWD / 2)) {
            one.setSoLinger(true, 0);
            one.close();
        }

        assertThat(answered(crowd.subList(CROWD / 2, CROWD))).isEqualTo(CROWD / 2);
        awaitAccepting();
    }

    @Test
    void of_far_too_many_the_last_are_ended_at_once() throws Exception {
        int answered = answered(crowd(1_500));

        assertThat(answered).isBetween(1_024, 1_499);
        awaitAccepting();
        assertThat(answered(crowd(1))).isEqualTo(1);
    }

    @Test
    void netty_finds_it() {
        assertThat(ServiceLoader.load(ChannelInitializerExtension.class))
                .hasAtLeastOneElementOfType(AdmissionExtension.class);
    }
}
