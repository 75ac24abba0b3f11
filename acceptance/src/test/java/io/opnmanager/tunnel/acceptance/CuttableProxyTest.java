package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The network of the other tests: what it relays, what it swallows, and how it comes back. */
class CuttableProxyTest {

    @Test
    void it_relays_then_swallows_without_a_word_and_relays_again_for_new_connections()
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                CuttableProxy proxy = CuttableProxy.start("127.0.0.2", server.getLocalPort())) {
            Thread echo = Thread.ofVirtual().start(() -> echo(server));
            try (Socket client = connect(server.getLocalPort())) {
                assertThat(said(client, "one")).isEqualTo("one");

                proxy.cut();

                assertThatThrownBy(() -> said(client, "two"))
                        .isInstanceOf(SocketTimeoutException.class);
                try (Socket late = connect(server.getLocalPort())) {
                    assertThatThrownBy(() -> said(late, "three"))
                            .isInstanceOf(SocketTimeoutException.class);
                }

                proxy.heal();

                try (Socket next = connect(server.getLocalPort())) {
                    assertThat(said(next, "four")).isEqualTo("four");
                }
            }
            echo.interrupt();
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.2"), port);
        socket.setSoTimeout(300);
        return socket;
    }

    private static String said(Socket socket, String word) throws IOException {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        socket.getOutputStream().write(bytes);
        return new String(socket.getInputStream().readNBytes(bytes.length), StandardCharsets.UTF_8);
    }

    private static void echo(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual()
                        .start(() -> {
                            try (socket) {
                                socket.getInputStream().transferTo(socket.getOutputStream());
                            } catch (IOException e) {
                                // The other side is gone.
                            }
                        });
            } catch (IOException e) {
                return;
            }
        }
    }
}
