package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.identity.CertificateOwners;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes with the gateway that are old, slow, stuck, or under new certificates. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(GatewayClients.Open.class)
class GatewayHandshakeTest extends GatewayClients {

    private static final byte[] ASKED = "e5".getBytes(StandardCharsets.US_ASCII);

    /** RFC 8446 §6: a fatal alert, protocol_version. */
    private static final byte[] PROTOCOL_VERSION = {2, 70};

    @Inject TlsConfigurationRegistry registry;
    @Inject CertificateOwners owners;
    @Inject Destinations destinations;
    @Inject Streams streams;
    @Inject StreamMetrics metrics;
    @Inject Event<CertificateUpdatedEvent> updated;

    /** Where a client comes to a stop. */
    enum Stall {
        BEFORE_THE_FIRST_BYTE,
        WITHIN_THE_HELLO,
        BEFORE_THE_CERTIFICATE,
        BYTE_BY_BYTE
    }

    private Socket stalled(Stall where, String from) throws Exception {
        Socket line = plain(from, gateway.port());
        OutputStream out = line.getOutputStream();
        byte[] hello = hello();
        switch (where) {
            case BEFORE_THE_FIRST_BYTE -> {}
            case WITHIN_THE_HELLO -> out.write(hello, 0, hello.length / 2);
            case BEFORE_THE_CERTIFICATE -> out.write(hello);
            case BYTE_BY_BYTE -> Thread.ofVirtual().start(() -> drip(hello, out));
        }
        return line;
    }

    /** Slowly enough never to come to the end. */
    private static void drip(byte[] hello, OutputStream out) {
        try {
            for (byte one : hello) {
                out.write(one);
                Thread.sleep(100);
            }
        } catch (IOException e) {
            // Cut in time.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whoever_stalls_is_cut_in_time_and_others_do_not_wait_for_them() throws Exception {
        assertThat(echoed(open("kim", "echo.test"), ASKED)).isEqualTo(ASKED);
        double before = refused("handshake_too_slow");
        List<Socket> stalled = new ArrayList<>();
        for (Stall where : Stall.values()) {
            for (int i = 0; i < 5; i++) {
                stalled.add(stalled(where, "127.0.0." + (2 + i)));
            }
        }
        long begin = System.nanoTime();

        assertThat(echoed(open("kim", "echo.test"), ASKED)).isEqualTo(ASKED);

        // Whoever had waited for one of them had waited for so long.
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(HANDSHAKE);
        for (Socket socket : stalled) {
            socket.setSoTimeout(25_000);
            assertCut(socket);
        }
        await().untilAsserted(() ->
                assertThat(refused("handshake_too_slow") - before).isEqualTo(stalled.size()));
    }

    /** Whatever the gateway had said before. */
    private static void assertCut(Socket socket) throws IOException {
        try (socket) {
            assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(20_000);
        } catch (SocketException e) {
            // Cut while something was on its way.
        }
    }

    @Test
    void an_address_has_so_many_handshakes_at_once_and_others_have_theirs() throws Exception {
        assertWholeQuota("127.0.0.9");
        assertThat(echoed(open("kim", "echo.test"), ASKED)).isEqualTo(ASKED);
        assertWholeQuota("127.0.0.9");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void versions_below_1_3_are_refused(int minor) throws Exception {
        assertVersionRefused(gateway.port(), minor);
    }

    @Test
    void version_1_2_is_spoken_where_it_is_configured_and_nothing_older() throws Exception {
        StreamSettings more =
                (StreamSettings)
                        Proxy.newProxyInstance(
                                StreamSettings.class.getClassLoader(),
                                new Class<?>[] {StreamSettings.class},
                                (proxy, method, arguments) ->
                                        method.getName().equals("tls12")
                                                ? true
                                                : method.invoke(settings, arguments));
        Gateway other =
                new Gateway(
                        more,
                        new GatewayTls(more, registry, vertx, owners),
                        destinations,
                        streams,
                        metrics);
        other.start(new StartupEvent());
        try {
            SSLSocket old = over(plain("127.0.0.1", other.port()), of("kim"), "echo.test");
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            old.getOutputStream().write('h');
            assertThat(old.getInputStream().readAllBytes()).isEqualTo(LAST_WORD);
            assertThat(old.getSession().getProtocol()).isEqualTo("TLSv1.2");
            assertVersionRefused(other.port(), 1);
            assertVersionRefused(other.port(), 2);
        } finally {
            other.stop(new ShutdownEvent());
        }
    }

    /** TLS 1.0 is 3.1, TLS 1.1 is 3.2. Java's own client has forgotten how they are asked for. */
    private void assertVersionRefused(int port, int minor) throws Exception {
        double before = refused("handshake_failed");
        byte[] hello = new byte[54];
        // RFC 5246 §6.2.1 and §7.4.1.2: record, hello, 32 random bytes, no session, two ciphers.
        System.arraycopy(
                new byte[] {22, 3, 1, 0, 49, 1, 0, 0, 45, 3, (byte) minor}, 0, hello, 0, 11);
        System.arraycopy(new byte[] {0, 0, 4, (byte) 0xC0, 0x09, 0, 0x2F, 1, 0}, 0, hello, 43, 9);
        try (Socket line = plain("127.0.0.1", port)) {
            line.setSoTimeout(10_000);
            line.getOutputStream().write(hello);
            byte[] answer = line.getInputStream().readAllBytes();
            assertThat(answer).startsWith(21, 3).endsWith(PROTOCOL_VERSION).hasSize(7);
        }
        await().untilAsserted(() -> assertThat(refused("handshake_failed")).isEqualTo(before + 1));
    }

    @Test
    void new_certificates_are_for_the_next_connection_and_the_live_one_goes_on() throws Exception {
        try (SSLSocket live = open("kim", "echo.test")) {
            live.getOutputStream().write(ASKED);
            Certificate before = live.getSession().getPeerCertificates()[0];
            ClientAuthority second = ClientAuthority.make(FOLDER.resolve("second"));
            second.issue("kim", "CN=kim", Duration.ofDays(1));
            // Issued since five minutes ago.
            second.issue("brief", "CN=kim", Duration.ofMinutes(5).plusSeconds(10));
            append(second.file(), "operators-ca.pem");
            append(second.revoke("none.crl"), "now.crl");
            renewed(Certificates.make(FOLDER.resolve("renewed")));

            SSLContext brief = of("second/brief");
            assertThat(echoed(over(plain("127.0.0.1", gateway.port()), brief, "echo.test"), ASKED))
                    .isEqualTo(ASKED);
            try (SSLSocket next = open("second/kim", "echo.test")) {
                next.startHandshake();
                assertThat(next.getSession().getPeerCertificates()[0])
                        .isEqualTo(inFile("server.pem"))
                        .isNotEqualTo(before);
                assertThat(echoed(next, ASKED)).isEqualTo(ASKED);
            }
            assertThat(echoed(open("kim", "echo.test"), ASKED)).isEqualTo(ASKED);

            live.shutdownOutput();
            assertThat(live.getInputStream().readAllBytes()).isEqualTo(ASKED);
            Thread.sleep(Duration.ofSeconds(10));
            // Not by resuming what began in time either.
            assertRefused(
                    over(plain("127.0.0.1", gateway.port()), brief, "echo.test"),
                    "handshake_failed");
        }
    }

    private static void append(Path from, String to) throws IOException {
        Files.write(FOLDER.resolve(to), Files.readAllBytes(from), StandardOpenOption.APPEND);
    }

    /** As when the reload period is over. */
    private void renewed(Certificates server) throws IOException {
        for (Path file :
                List.of(server.authorityFile(), server.certificateFile(), server.keyFile())) {
            Files.copy(
                    file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
        TlsConfiguration configuration = registry.get("stream").orElseThrow();
        assertThat(configuration.reload()).isTrue();
        updated.fire(new CertificateUpdatedEvent("stream", configuration));
    }

    private static Certificate inFile(String name) throws Exception {
        try (InputStream from =
                new ByteArrayInputStream(Files.readAllBytes(FOLDER.resolve(name)))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(from);
        }
    }
}
