package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.vertx.core.Vertx;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;

/** A gateway with one service behind it, and clients of all kinds. */
abstract class GatewayClients {

    static final Path FOLDER = Path.of("target", "gateway").toAbsolutePath();
    static final Duration HANDSHAKE = Duration.ofSeconds(8);
    static final int PER_ADDRESS = 50;
    static final int PUBLIC_PORT = 18_443;
    static final int CONNECTIONS = 510;

    /** What the bandwidth of the service is limited to: bytes a second. */
    static final int BANDWIDTH = 20 * 1024 * 1024;

    /** A gateway with one service, whose port is free. */
    public static class Open implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                ClientAuthority authority = ClientAuthority.make(FOLDER);
                authority.issue("kim", "CN=kim", Duration.ofDays(1));
                authority.issue("lee", "CN=lee", Duration.ofDays(1));
                authority.issue("gone", "CN=kim", Duration.ofDays(1));
                authority.issue("going", "CN=kim", Duration.ofDays(1));
                authority.revoke("later.crl", "gone", "going");
                // Its time begins five minutes ago.
                authority.issue("late", "CN=kim", Duration.ofMinutes(-1));
                ClientAuthority.make(FOLDER.resolve("foreign"))
                        .issue("kim", "CN=kim", Duration.ofDays(1));
                Certificates server = Certificates.make(FOLDER);
                return Map.ofEntries(
                        Map.entry(
                                "quarkus.tls.stream.trust-store.pem.certs",
                                authority.file().toString()),
                        Map.entry(
                                "quarkus.tls.stream.key-store.pem.\"0\".cert",
                                server.certificateFile().toString()),
                        Map.entry(
                                "quarkus.tls.stream.key-store.pem.\"0\".key",
                                server.keyFile().toString()),
                        Map.entry(
                                "opnmanager.stream.revocation-list",
                                authority.revoke("now.crl", "gone").toString()),
                        Map.entry("opnmanager.stream.enabled", "true"),
                        Map.entry("opnmanager.stream.port", "0"),
                        Map.entry("opnmanager.stream.public-port", Integer.toString(PUBLIC_PORT)),
                        Map.entry("opnmanager.stream.handshake", HANDSHAKE.toSeconds() + "s"),
                        Map.entry(
                                "opnmanager.stream.handshakes-per-address",
                                Integer.toString(PER_ADDRESS)),
                        Map.entry("opnmanager.stream.stall", "2s"),
                        Map.entry("opnmanager.stream.connections", Integer.toString(CONNECTIONS)),
                        Map.entry("opnmanager.stream.bandwidth", Integer.toString(BANDWIDTH)),
                        Map.entry(
                                "opnmanager.stream.routes.\"echo.test\".target",
                                "127.0.0.1:" + free.getLocalPort()),
                        Map.entry(
                                "opnmanager.stream.routes.\"echo.test\".clients",
                                "kim,administrator,leaver"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static final byte[] LAST_WORD = "bye".getBytes(StandardCharsets.US_ASCII);

    @Inject Gateway gateway;
    @Inject StreamSettings settings;
    @Inject MeterRegistry meters;
    @Inject Vertx vertx;

    private static @Nullable Service service;

    /**
     * Echoes all once its caller has said all. After a first 'x' it reads nothing more, and after a
     * first 'h' it says its own last word before it listens to the rest.
     */
    static final class Service implements AutoCloseable {
        private final ServerSocket listener;

        /** What came after its own last word. */
        final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();

        Service(int port) throws IOException {
            listener = new ServerSocket(port, 1_000, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::serve);
        }

        private void serve() {
            while (!listener.isClosed()) {
                try {
                    Socket caller = listener.accept();
                    Thread.ofVirtual().start(() -> echo(caller));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void echo(Socket caller) {
            try (caller) {
                int first = caller.getInputStream().read();
                if (first == 'x') {
                    Thread.sleep(Duration.ofMinutes(1));
                    return;
                }
                if (first == 'h') {
                    caller.getOutputStream().write(LAST_WORD);
                    caller.shutdownOutput();
                    heard.add(caller.getInputStream().readAllBytes());
                    return;
                }
                byte[] rest = caller.getInputStream().readAllBytes();
                caller.getOutputStream().write(first);
                caller.getOutputStream().write(rest);
            } catch (IOException e) {
                // The gateway hung up.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @AfterAll
    static void end() throws IOException {
        if (service != null) {
            service.close();
            service = null;
        }
    }

    /** The one behind the gateway. */
    Service service() throws IOException {
        Service up = service;
        if (up == null) {
            String target = Objects.requireNonNull(settings.routes().get("echo.test")).target();
            up = new Service(Integer.parseInt(target.substring(target.indexOf(':') + 1)));
            service = up;
        }
        return up;
    }

    /** What a client with this certificate begins with; connections of one may resume others. */
    SSLContext of(@Nullable String certificate) throws Exception {
        KeyManager[] keys = {};
        if (certificate != null) {
            String file = FOLDER.resolve(certificate + ".pem").toString();
            keys =
                    new PemKeyCertOptions()
                            .setCertPath(file)
                            .setKeyPath(file)
                            .getKeyManagerFactory(vertx)
                            .getKeyManagers();
        }
        TrustManagerFactory trust =
                new PemTrustOptions()
                        .addCertPath(FOLDER.resolve("ca.pem").toString())
                        .getTrustManagerFactory(vertx);
        TrustManager[] managers = trust.getTrustManagers();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, managers, null);
        return context;
    }

    SSLSocket open(@Nullable String certificate, @Nullable String serverName) throws Exception {
        return over(plain("127.0.0.1", gateway.port()), of(certificate), serverName);
    }

    /** A TCP connection from one of this machine's own addresses. */
    static Socket plain(String from, int port) throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0);
    }

    /** TLS on a connection, whose handshake is still to come. */
    SSLSocket over(Socket line, SSLContext context, @Nullable String serverName)
            throws IOException {
        var _ = service();
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(line, "localhost", gateway.port(), true);
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(
                serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    static byte[] echoed(SSLSocket socket, byte[] bytes) throws Exception {
        try (socket) {
            OutputStream out = socket.getOutputStream();
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    out.write(bytes);
                                    socket.shutdownOutput();
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            },
                            work -> Thread.ofVirtual().start(work));
            byte[] back = socket.getInputStream().readAllBytes();
            sending.get(10, TimeUnit.SECONDS);
            return back;
        }
    }

    double refused(String kind) {
        return meters.get("opnmanager.stream.refused").tag("kind", kind).counter().count();
    }

    /** Nothing goes through, and it is counted as this. */
    void assertRefused(SSLSocket socket, String kind) throws Exception {
        double before = refused(kind);
        try (socket) {
            assertThatThrownBy(
                            () -> {
                                socket.getOutputStream().write('e');
                                if (socket.getInputStream().read() < 0) {
                                    throw new SSLException("ended");
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
        await().atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(refused(kind)).isEqualTo(before + 1));
    }

    double ends(String reason) {
        return meters.get("opnmanager.stream.ends").tag("reason", reason).counter().count();
    }

    /** How many go through the gateway now. */
    double live() {
        return meters.get("opnmanager.stream.connections").gauge().value();
    }

    /** The first thing that a client with a certificate says. */
    byte[] hello() throws Exception {
        SSLEngine engine = of("kim").createSSLEngine("localhost", gateway.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("echo.test")));
        engine.setSSLParameters(parameters);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    /** This many handshakes of an address may be under way, and not one more. */
    void assertWholeQuota(String address) throws Exception {
        double before = refused("too_many_handshakes");
        double ended = refused("handshake_failed") + refused("handshake_too_slow");
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i <= PER_ADDRESS; i++) {
            silent.add(plain(address, gateway.port()));
        }
        // One of them: which one was taken up last is not for the clients to say.
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(
                        () -> assertThat(refused("too_many_handshakes")).isEqualTo(before + 1));
        for (Socket socket : silent) {
            socket.close();
        }
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() ->
                        assertThat(refused("handshake_failed") + refused("handshake_too_slow"))
                                .isEqualTo(ended + PER_ADDRESS));
        assertThat(refused("too_many_handshakes")).isEqualTo(before + 1);
    }

    /** How many connections have come to an end, let through or not. */
    double over() {
        return Stream.of("opnmanager.stream.refused", "opnmanager.stream.ends")
                .flatMap(name -> meters.get(name).counters().stream())
                .mapToDouble(Counter::count)
                .sum();
    }
}
