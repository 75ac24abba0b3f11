package io.opnmanager.tunnel.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opnmanager.tunnel.demo.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTPS server that serves a release folder and answers agents as a broker does, but insists: it
 * offers a version to whoever allows it, until it is confirmed. That nothing is tried twice is the
 * agent's own doing.
 */
final class ReleasingBroker implements AutoCloseable {

    static final String TOKEN = "a-token-that-works-once";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final char[] PASSWORD = "secret".toCharArray();
    private static final String ENROLLED =
            """
            {"firewall_id": 21, "agent_token": "0123456789abcdef", "ssh_host": "127.0.0.1", "ssh_port": 2222,
             "ssh_user": "fw-21", "ssh_host_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="],
             "check_interval": 15, "checkin_interval": 5}
            """;

    final ConcurrentLinkedQueue<JsonNode> checkins = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> fetched = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<JsonNode> enrolments = new ConcurrentLinkedQueue<>();
    volatile Path release;
    volatile @Nullable String offer;
    volatile boolean away;

    /** Before the answer to whoever fetches a file. */
    volatile Runnable onFetch = () -> {};

    private final AtomicInteger checks = new AtomicInteger();
    private final Certificates certificates;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private ReleasingBroker(Path folder, Certificates certificates, HttpsServer server) {
        this.release = folder;
        this.certificates = certificates;
        this.server = server;
    }

    static ReleasingBroker start(Path folder) throws Exception {
        Certificates certificates = Certificates.make(folder.resolve("tls"));
        Path store = folder.resolve("tls/server.p12");
        Script.Ended made =
                Script.run(
                        folder,
                        Map.of(),
                        Duration.ofSeconds(20),
                        List.of(
                                "openssl",
                                "pkcs12",
                                "-export",
                                "-in",
                                certificates.certificateFile() + "",
                                "-inkey",
                                certificates.keyFile() + "",
                                "-out",
                                store + "",
                                "-passout",
                                "pass:" + new String(PASSWORD)));
        if (made.code() != 0) {
            throw new IllegalStateException(made.output());
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        ReleasingBroker broker = new ReleasingBroker(folder, certificates, server);
        server.setExecutor(broker.threads);
        server.createContext("/api/", broker::answer);
        server.start();
        return broker;
    }

    String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    Path authority() {
        return certificates.authorityFile();
    }

    String pin() throws Exception {
        try (InputStream in = Files.newInputStream(certificates.certificateFile())) {
            byte[] key =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(in)
                            .getPublicKey()
                            .getEncoded();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
            return "sha256/" + Base64.getEncoder().encodeToString(hash);
        }
    }

    /** The check-ins of this version, in the order of their coming. */
    List<JsonNode> checkinsOf(String version) {
        return checkins.stream()
                .filter(checkin -> checkin.path("agent_version").asText().equals(version))
                .toList();
    }

    /** What the last check-in said of updates. */
    JsonNode lastReport() {
        List<JsonNode> all = List.copyOf(checkins);
        return all.isEmpty() ? JSON.missingNode() : all.getLast().path("update");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            byte[] asked = exchange.getRequestBody().readAllBytes();
            if (away) {
                send(exchange, 503, "{\"code\": \"not_ready\"}".getBytes(UTF_8));
            } else if (path.startsWith("/api/release/")) {
                sendFile(exchange, path.substring("/api/release/".length()));
            } else {
                send(exchange, 200, call(path, asked).getBytes(UTF_8));
            }
        }
    }

    private String call(String path, byte[] asked) throws IOException {
        return switch (path) {
            case "/api/enroll" -> {
                enrolments.add(JSON.readTree(asked));
                yield ENROLLED;
            }
            case "/api/quickconnect_check" -> {
                // There always seems to be work, so that a test need not wait for check-ins; agents
                // take their time with one that says so for too long.
                boolean work = checks.incrementAndGet() % 12 != 0;
                yield "{\"firewall_id\": 21, \"has_requests\": " + work + "}";
            }
            case "/api/agent_checkin" -> {
                JsonNode checkin = JSON.readTree(asked);
                checkins.add(checkin);
                yield "{\"pending_requests\": [], \"kill\": [], \"checkin_interval\": 5"
                        + offerTo(checkin)
                        + "}";
            }
            default -> "{\"success\": true}";
        };
    }

    private String offerTo(JsonNode checkin) {
        String version = offer;
        JsonNode update = checkin.path("update");
        boolean wanted =
                version != null
                        && update.path("enabled").asBoolean()
                        && !(update.path("state").asText().equals("confirmed")
                                && update.path("version").asText().equals(version));
        return wanted ? ", \"update\": {\"version\": \"" + version + "\"}" : "";
    }

    private void sendFile(HttpExchange exchange, String name) throws IOException {
        fetched.add(name);
        onFetch.run();
        Path file = release.resolve(name);
        if (name.contains("/") || !Files.isRegularFile(file)) {
            send(exchange, 404, "{\"code\": \"not_found\"}".getBytes(UTF_8));
            return;
        }
        send(exchange, 200, Files.readAllBytes(file));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
