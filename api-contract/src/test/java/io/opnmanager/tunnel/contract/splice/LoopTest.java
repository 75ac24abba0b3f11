package io.opnmanager.tunnel.contract.splice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopTest {

    @Test
    void what_a_sweep_asks_for_is_done_at_once() throws Exception {
        var waited = new CompletableFuture<Duration>();
        try (Loop loop = new Loop("loop-test");
                ServerSocketChannel server =
                        ServerSocketChannel.open()
                                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel idle = SocketChannel.open(server.getLocalAddress())) {
            idle.configureBlocking(false);
            loop.execute(() -> register(loop, idle, new Sweeper(loop, waited)));

            assertThat(waited.get(5, TimeUnit.SECONDS)).isLessThan(Duration.ofMillis(500));
        }
    }

    @Test
    void work_is_done_at_once_while_others_release_what_they_closed() throws Exception {
        try (Loop loop = new Loop("loop-test")) {
            Thread releases =
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < 20_000; i++) {
                                    loop.release(Duration.ofSeconds(1));
                                }
                            });
            int done = 0;
            while (releases.isAlive()) {
                var next = new CompletableFuture<Boolean>();
                loop.execute(() -> next.complete(true));
                assertThat(next.get(5, TimeUnit.SECONDS)).isTrue();
                done++;
            }

            assertThat(done).isPositive();
        }
    }

    private static void register(Loop loop, SocketChannel socket, Member member) {
        try {
            loop.register(socket, member);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has its loop do something in each sweep, and tells how long that took to begin. */
    private record Sweeper(Loop loop, CompletableFuture<Duration> waited) implements Member {
        @Override
        public void ready() {}

        @Override
        public void sweep(long now) {
            loop.execute(() -> waited.complete(Duration.ofNanos(System.nanoTime() - now)));
        }

        @Override
        public void close() {}
    }
}
