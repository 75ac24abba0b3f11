package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {

    @Test
    void a_server_with_these_files_is_trusted_by_this_client_and_serves_the_operator_client(
            @TempDir Path folder) throws Exception {
        Certificates certificates = Certificates.make(folder);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(certificates.keyFile())))
                .isEqualTo("rw-------");
        var server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(readBack(certificates).serverContext()));
        server.createContext(
                "/api/v1/requests/17",
                exchange -> {
                    try (exchange) {
                        boolean stream = exchange.getRequestURI().getPath().endsWith("/events");
                        String request = "{\"id\":17,\"status\":\"%s\"}";
                        String body =
                                stream
                                        ? "data: "
                                                + request.formatted("pending")
                                                + "\n\ndata:"
                                                + request.formatted("active")
                                                + "\n\n"
                                        : "{\"status\":404,\"code\":\"request_unknown\",\"detail\":\"no 17\"}";
                        exchange.getResponseHeaders()
                                .set(
                                        "Content-Type",
                                        stream ? "text/event-stream" : "application/problem+json");
                        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(stream ? 200 : 404, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    }
                });
        server.createContext(
                "/q/metrics",
                exchange -> {
                    try (exchange) {
                        byte[] bytes =
                                "# HELP x\nx{kind=\"a b\"} 2.0\nx{kind=\"c\"} 1.5\nxy 7\n"
                                        .getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, bytes.length);
                        exchange.getResponseBody().write(bytes);
                    }
                });
        server.start();
        try (var client =
                OperatorClient.basic(
                        URI.create("https://localhost:" + server.getAddress().getPort()),
                        certificates.clientContext(),
                        "name",
                        "password")) {
            assertThat(client.metric("x")).isEqualTo(3.5);
            Answer answer = client.call("GET", "/api/v1/requests/17", null, Map.of());
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.code()).isEqualTo("request_unknown");
            assertThat(
                            client.awaitStatus(17, Set.of("active"), Duration.ofSeconds(5))
                                    .path("status")
                                    .asText())
                    .isEqualTo("active");
        } finally {
            server.stop(0);
        }
    }

    /** From the files, as the broker does it. */
    private static Identity readBack(Certificates certificates) throws Exception {
        String pem = Files.readString(certificates.keyFile());
        byte[] der =
                Base64.getMimeDecoder()
                        .decode(pem.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", ""));
        var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        try (var in = Files.newInputStream(certificates.certificateFile())) {
            return new Identity(
                    key,
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
    }
}
