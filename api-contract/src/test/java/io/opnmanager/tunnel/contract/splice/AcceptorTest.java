package io.opnmanager.tunnel.contract.splice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcceptorTest {

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final BlockingQueue<SocketChannel> taken = new LinkedBlockingQueue<>();

    @Test
    void all_of_a_crowd_are_taken() throws Exception {
        List<Socket> crowd = new ArrayList<>();
        try (Loop loop = new Loop("acceptor-test");
                ServerSocketChannel listener = bound();
                Acceptor acceptor = new Acceptor(loop, listener, new Taker(false))) {
            for (int i = 0; i < 40; i++) {
                crowd.add(new Socket(HERE, listener.socket().getLocalPort()));
            }
            acceptor.begin();

            for (int i = 0; i < 40; i++) {
                try (SocketChannel socket = next()) {
                    assertThat(socket).isNotNull();
                }
            }
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }
    }

    @Test
    void a_connection_of_no_use_is_closed_and_the_next_one_is_taken() throws Exception {
        try (Loop loop = new Loop("acceptor-test");
                ServerSocketChannel listener = bound();
                Acceptor acceptor = new Acceptor(loop, listener, new Taker(true))) {
            acceptor.begin();

            for (int i = 0; i < 2; i++) {
                try (Socket client = new Socket(HERE, listener.socket().getLocalPort())) {
                    client.setSoTimeout(5_000);
                    assertThat(client.getInputStream().read()).isEqualTo(-1);
                }
            }
            assertThat(taken).hasSize(2);
        }
    }

    @Test
    void the_port_is_free_as_soon_as_it_is_closed() throws Exception {
        try (Loop loop = new Loop("acceptor-test")) {
            for (int i = 0; i < 50; i++) {
                ServerSocketChannel listener = bound();
                int port = listener.socket().getLocalPort();
                Acceptor acceptor = new Acceptor(loop, listener, new Taker(false));
                acceptor.begin();
                try (Socket client = new Socket(HERE, port);
                        SocketChannel socket = next()) {
                    assertThat(socket).isNotNull();
                    assertThat(client.isConnected()).isTrue();
                }

                acceptor.close();

                try (ServerSocket next = new ServerSocket()) {
                    next.setReuseAddress(true);
                    next.bind(new InetSocketAddress(HERE, port));
                }
            }
        }
    }

    private static ServerSocketChannel bound() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(HERE, 0), 128);
    }

    private @Nullable SocketChannel next() throws InterruptedException {
        return taken.poll(5, TimeUnit.SECONDS);
    }

    private final class Taker implements Acceptor.Taker {

        private final boolean useless;

        private Taker(boolean useless) {
            this.useless = useless;
        }

        @Override
        public void take(SocketChannel socket) throws IOException {
            taken.add(socket);
            if (useless) {
                throw new IOException("of no use");
            }
        }

        @Override
        public void failed(IOException why) {
            throw new AssertionError(why);
        }
    }
}
