package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Clients with certificates, good and bad, and what they get through to. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(GatewayTest.Open.class)
class GatewayTest {

    private static final Path FOLDER = Path.of("target", "gateway").toAbsolutePath();
    private static final Duration HANDSHAKE = Duration.ofSeconds(2);
    private static final int PER_ADDRESS = 5;

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
                        Map.entry("opnmanager.stream.handshake", HANDSHAKE.toSeconds() + "s"),
                        Map.entry(
                                "opnmanager.stream.handshakes-per-address",
                                Integer.toString(PER_ADDRESS)),
                        Map.entry("opnmanager.stream.stall", "2s"),
                        Map.entry("opnmanager.stream.bandwidth", "20M"),
                        Map.entry(
                                "opnmanager.stream.routes.\"echo.test\".target",
                                "127.0.0.1:" + free.getLocalPort()),
                        Map.entry(
                                "opnmanager.stream.routes.\"echo.test\".clients",
                                "kim,administrator"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Inject Gateway gateway;
    @Inject StreamSettings settings;
    @Inject MeterRegistry meters;
    @Inject Vertx vertx;

    private static @Nullable Service service;

    /** Echoes all once its caller has said all; after a first 'x' it reads nothing more. */
    private static final class Service implements AutoCloseable {
        private final ServerSocket listener;

        Service(int port) throws IOException {
            listener = new ServerSocket(port, 100, InetAddress.getLoopbackAddress());
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

        private static void echo(Socket caller) {
            try (caller) {
                int first = caller.getInputStream().read();
                if (first == 'x') {
                    Thread.sleep(Duration.ofMinutes(1));
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
        }
    }

    private void serviceIsUp() throws IOException {
        if (service == null) {
            String target = Objects.requireNonNull(settings.routes().get("echo.test")).target();
            service = new Service(Integer.parseInt(target.substring(target.indexOf(':') + 1)));
        }
    }

    private SSLContext of(@Nullable String certificate) throws Exception {
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

    private SSLSocket open(@Nullable String certificate, @Nullable String serverName)
            throws Exception {
        serviceIsUp();
        SSLSocket socket =
                (SSLSocket)
                        of(certificate)
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(10_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(
                serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    private static byte[] echoed(SSLSocket socket, byte[] bytes) throws Exception {
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

    private double refused(String kind) {
        return meters.get("opnmanager.stream.refused").tag("kind", kind).counter().count();
    }

    /** Nothing goes through, and it is counted as this. */
    private void assertRefused(SSLSocket socket, String kind) throws Exception {
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
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(refused(kind)).isEqualTo(before + 1));
    }

    @Test
    void bytes_come_back_as_they_were_sent_after_the_end_of_the_question() throws Exception {
        byte[] bytes = new byte[5_000_000];
        new Random(7).nextBytes(bytes);

        assertThat(echoed(open("kim", "echo.test"), bytes)).isEqualTo(bytes);
    }

    @Test
    void no_more_goes_than_the_bandwidth_allows() throws Exception {
        byte[] bytes = new byte[40 * 1024 * 1024];
        long begin = System.nanoTime();

        // First all of it up, at 20 MiB a second, then all of it down.
        assertThat(echoed(open("kim", "echo.test"), bytes)).hasSize(bytes.length);

        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThan(Duration.ofMillis(3_800));
    }

    @Test
    void the_server_name_is_not_case_sensitive() throws Exception {
        assertThat(echoed(open("kim", "ECHO.Test"), "e1".getBytes(StandardCharsets.US_ASCII)))
                .asString()
                .isEqualTo("e1");
    }

    @Test
    void no_certificate_an_expired_one_and_one_of_another_authority_are_refused() throws Exception {
        assertRefused(open(null, "echo.test"), "handshake_failed");
        assertRefused(open("late", "echo.test"), "handshake_failed");
        assertRefused(open("foreign/kim", "echo.test"), "handshake_failed");
    }

    @Test
    void a_revoked_certificate_is_refused_as_soon_as_the_list_says_so() throws Exception {
        assertRefused(open("gone", "echo.test"), "handshake_failed");
        byte[] asked = "e3".getBytes(StandardCharsets.US_ASCII);
        assertThat(echoed(open("going", "echo.test"), asked)).isEqualTo(asked);

        Files.copy(
                FOLDER.resolve("later.crl"),
                FOLDER.resolve("now.crl"),
                StandardCopyOption.REPLACE_EXISTING);

        await().atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() ->
                        assertThatThrownBy(() -> echoed(open("going", "echo.test"), asked))
                                .isInstanceOf(SSLException.class));
        assertThat(echoed(open("kim", "echo.test"), asked)).isEqualTo(asked);
    }

    @Test
    void a_certificate_that_the_broker_has_signed_is_good_until_it_is_revoked() throws Exception {
        certified();
        byte[] asked = "e4".getBytes(StandardCharsets.US_ASCII);
        // The first one makes the authority, of which the gateway has to hear.
        await().atMost(10, TimeUnit.SECONDS)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() ->
                        assertThat(echoed(open("signed", "echo.test"), asked)).isEqualTo(asked));

        Api.administrator().delete("/api/v1/certificates").then().statusCode(204);

        assertRefused(open("signed", "echo.test"), "not_allowed");
    }

    /** The administrator's machine makes a key, and the broker signs for it. */
    private static void certified() throws Exception {
        Path key = FOLDER.resolve("own-key.pem");
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-new",
                                "-nodes",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-keyout",
                                key.toString(),
                                "-subj",
                                "/CN=any")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String request =
                new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        String certificate =
                Api.administrator()
                        .body(Map.of("certificate_request", request))
                        .post("/api/v1/certificates")
                        .then()
                        .statusCode(201)
                        .extract()
                        .path("certificate");
        Files.writeString(FOLDER.resolve("signed.pem"), certificate + Files.readString(key));
    }

    @Test
    void a_name_that_is_not_listed_gets_nothing_from_a_service() throws Exception {
        assertRefused(open("lee", "echo.test"), "not_allowed");
    }

    @Test
    void without_a_server_name_or_with_an_unknown_one_there_is_nothing() throws Exception {
        assertRefused(open("kim", null), "no_server_name");
        assertRefused(open("kim", "other.test"), "unknown_server_name");
    }

    @Test
    void a_session_is_for_operators_and_a_guessed_one_is_not_there() throws Exception {
        assertRefused(open("kim", "a".repeat(26) + ".localhost"), "not_allowed");
    }

    @Test
    void tls_1_2_is_not_spoken() throws Exception {
        SSLSocket old = open("kim", "echo.test");
        old.setEnabledProtocols(new String[] {"TLSv1.2"});
        assertRefused(old, "handshake_failed");
    }

    @Test
    void silent_clients_are_cut_in_time_and_others_do_not_wait_for_them() throws Exception {
        double before = refused("handshake_too_slow");
        List<Socket> silent = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < PER_ADDRESS - 1; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
            // The beginning of a handshake record, whose rest never comes.
            socket.getOutputStream().write(new byte[] {22, 3, 1, 2, 0, 1}, 0, 1 + i);
            silent.add(socket);
        }

        assertThat(echoed(open("kim", "echo.test"), "e2".getBytes(StandardCharsets.US_ASCII)))
                .asString()
                .isEqualTo("e2");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(HANDSHAKE);

        for (Socket socket : silent) {
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.close();
        }
        assertThat(refused("handshake_too_slow") - before).isEqualTo(PER_ADDRESS - 1);
    }

    @Test
    void a_service_that_takes_nothing_is_given_up() throws Exception {
        double before = ends("stalled");
        try (SSLSocket socket = open("kim", "echo.test")) {
            assertThatThrownBy(
                            () -> {
                                byte[] much = new byte[1_000_000];
                                much[0] = 'x';
                                for (int i = 0; i < 200; i++) {
                                    socket.getOutputStream().write(much);
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(ends("stalled")).isEqualTo(before + 1));
    }

    private double ends(String reason) {
        return meters.get("opnmanager.stream.ends").tag("reason", reason).counter().count();
    }
}
