package io.opnmanager.tunnel.agent.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.contract.splice.Loop;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DialTest {

    private static final TimeUnit SECONDS = TimeUnit.SECONDS;

    private final Loop loop = new Loop("dial-test");

    @AfterEach
    void end() {
        loop.close();
    }

    @Test
    void an_address_is_reached() throws Exception {
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SocketChannel socket = dial("127.0.0.1", target.getLocalPort()).get(5, SECONDS)) {
            assertThat(socket.getRemoteAddress()).isEqualTo(target.getLocalSocketAddress());
        }
    }

    @Test
    void a_name_is_resolved_and_its_next_address_is_tried() throws Exception {
        // localhost is ::1 as well where there is IPv6; nobody listens there.
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SocketChannel socket = dial("localhost", target.getLocalPort()).get(5, SECONDS)) {
            assertThat(socket.isConnected()).isTrue();
        }
    }

    @Test
    void a_refusal_is_told() throws Exception {
        int free;
        try (ServerSocket closed = new ServerSocket(0)) {
            free = closed.getLocalPort();
        }

        CompletableFuture<SocketChannel> answer = dial("127.0.0.1", free);

        assertThatThrownBy(() -> answer.get(5, SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConnectException.class);
    }

    @Test
    void a_target_that_does_not_answer_is_given_up_in_time() throws Exception {
        List<SocketChannel> full = new ArrayList<>();
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Its queue is full after a few: who comes then gets no answer.
            for (int i = 0; i < 8; i++) {
                SocketChannel socket = SocketChannel.open();
                socket.configureBlocking(false);
                var _ = socket.connect(target.getLocalSocketAddress());
                full.add(socket);
            }

            CompletableFuture<SocketChannel> answer = dial("127.0.0.1", target.getLocalPort());

            assertThatThrownBy(() -> answer.get(10, SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SocketTimeoutException.class);
        } finally {
            for (SocketChannel socket : full) {
                socket.close();
            }
        }
    }

    @Test
    void a_connection_of_no_use_is_closed() throws Exception {
        CompletableFuture<SocketChannel> seen = new CompletableFuture<>();
        CompletableFuture<IOException> told = new CompletableFuture<>();
        try (ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Dial.begin(
                    loop,
                    "127.0.0.1",
                    target.getLocalPort(),
                    Duration.ofSeconds(2),
                    new Dial.Caller() {
                        @Override
                        public void connected(SocketChannel socket) throws IOException {
                            seen.complete(socket);
                            throw new IOException("of no use");
                        }

                        @Override
                        public void failed(IOException why) {
                            told.complete(why);
                        }
                    });

            assertThat(told.get(5, SECONDS)).hasMessage("of no use");
            assertThat(seen.join().isOpen()).isFalse();
        }
    }

    private CompletableFuture<SocketChannel> dial(String host, int port) {
        CompletableFuture<SocketChannel> answer = new CompletableFuture<>();
        Dial.begin(
                loop,
                host,
                port,
                Duration.ofSeconds(2),
                new Dial.Caller() {
                    @Override
                    public void connected(SocketChannel socket) {
                        answer.complete(socket);
                    }

                    @Override
                    public void failed(IOException why) {
                        answer.completeExceptionally(why);
                    }
                });
        return answer;
    }
}
