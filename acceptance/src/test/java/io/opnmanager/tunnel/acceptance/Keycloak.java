package io.opnmanager.tunnel.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real Keycloak as its own process, with the realm of {@code keycloak-realm.json} in memory. The
 * build has unpacked its distribution below {@code target/keycloak}.
 */
final class Keycloak implements AutoCloseable {

    /** The broker's secret there; any text of this length. */
    static final String CLIENT_SECRET = "a-secret-of-the-test-0123456789abcdef";

    private static final Duration BUILT_WITHIN = Duration.ofMinutes(2);
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final String ADMINISTRATOR = "keycloak-administrator";
    private static final String ADMINISTRATOR_PASSWORD = "known to the test alone";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path home;
    private final Path folder;
    private final int port;
    private @Nullable Program program;
    private @Nullable HttpClient client;

    private Keycloak(Path home, Path folder, int port) {
        this.home = home;
        this.folder = folder;
        this.port = port;
    }

    /** Chooses its port; nothing runs yet. */
    static Keycloak prepare(Path folder) throws IOException {
        Path unpacked = Project.root().resolve("acceptance/target/keycloak");
        Path home;
        try (var folders = Files.list(unpacked)) {
            home =
                    folders.filter(path -> path.getFileName().toString().startsWith("keycloak-"))
                            .findFirst()
                            .orElseThrow(
                                    () -> new IOException("there is no Keycloak in " + unpacked));
        }
        Files.createDirectories(folder);
        return new Keycloak(home, folder, Loopback.freePort());
    }

    /** The issuer. */
    URI realm() {
        return URI.create("https://localhost:" + port + "/realms/opnmanager");
    }

    /** Starts it with this certificate, and with a client that may be led back to this address. */
    void start(URI redirect, Certificates certificates) throws IOException, InterruptedException {
        client = HttpClient.newBuilder().sslContext(certificates.clientContext()).build();
        optimise();
        Path imports = home.resolve("data/import");
        Files.createDirectories(imports);
        Files.writeString(
                imports.resolve("opnmanager-realm.json"),
                realmFile()
                        .replace("@redirect@", redirect.toString())
                        .replace("@secret@", CLIENT_SECRET));
        Program started =
                Program.start(
                        "keycloak",
                        folder,
                        command(
                                "start",
                                "--optimized",
                                "--import-realm",
                                // Else it looks for others of its kind, on every address.
                                "--cache=local",
                                "--http-host=127.0.0.1",
                                "--https-port=" + port,
                                "--http-management-port=" + Loopback.freePort(),
                                "--http-management-host=127.0.0.1",
                                "--https-certificate-file=" + certificates.certificateFile(),
                                "--https-certificate-key-file=" + certificates.keyFile(),
                                "--hostname=localhost",
                                "--http-pool-max-threads=8"),
                        Map.of(
                                "KC_BOOTSTRAP_ADMIN_USERNAME", ADMINISTRATOR,
                                "KC_BOOTSTRAP_ADMIN_PASSWORD", ADMINISTRATOR_PASSWORD));
        program = started;
        started.awaitReady(
                READY_WITHIN,
                () -> {
                    try {
                        return send(HttpRequest.newBuilder(realm())).statusCode() == 200;
                    } catch (IOException e) {
                        // Not listening yet.
                        return false;
                    }
                });
    }

    /** Puts its program together once for what the test needs; later starts are quicker for it. */
    private void optimise() throws IOException, InterruptedException {
        Path done = home.resolve("data/optimised");
        if (Files.exists(done)) {
            return;
        }
        try (Program build =
                Program.start(
                        "keycloak-build", folder, command("build", "--db=dev-mem"), Map.of())) {
            int code = build.awaitExit(BUILT_WITHIN);
            if (code != 0) {
                throw new IOException("keycloak build ended with " + code + ", see " + build.log());
            }
        }
        Files.createDirectories(done.getParent());
        Files.createFile(done);
    }

    /** What its own script would run, without the shell between. */
    private List<String> command(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xms64m",
                                "-Xmx384m",
                                "-XX:MaxMetaspaceSize=256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "-XX:+ExitOnOutOfMemoryError",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                                "--add-opens=java.base/java.security=ALL-UNNAMED",
                                "-Dkc.home.dir=" + home,
                                "-Djboss.server.config.dir=" + home.resolve("conf"),
                                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                                "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
                                        + "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
                                "-Dpicocli.disable.closures=true",
                                "-cp",
                                home.resolve("lib/quarkus-run.jar").toString(),
                                "io.quarkus.bootstrap.runner.QuarkusEntryPoint"));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String realmFile() {
        try (var file = Keycloak.class.getResourceAsStream("/keycloak-realm.json")) {
            if (file == null) {
                throw new IllegalStateException("keycloak-realm.json is not there");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It holds its port and answers nothing. */
    void freeze() throws IOException, InterruptedException {
        program().freeze();
    }

    void thaw() throws IOException, InterruptedException {
        program().thaw();
    }

    /** Gives somebody this role and no other. */
    void role(String user, String role) throws IOException, InterruptedException {
        String token = administratorToken();
        String id =
                administer(token, "GET", "/users?exact=true&username=" + user, null)
                        .get(0)
                        .path("id")
                        .asText();
        String mappings = "/users/" + id + "/role-mappings/realm";
        JsonNode before = administer(token, "GET", mappings, null);
        var _ = administer(token, "DELETE", mappings, before.toString());
        JsonNode wanted = administer(token, "GET", "/roles/" + role, null);
        var _ = administer(token, "POST", mappings, "[" + wanted + "]");
    }

    /** How long the codes of the device flow are good for that begin from now on. */
    void deviceCodesLast(Duration time) throws IOException, InterruptedException {
        var _ =
                administer(
                        administratorToken(),
                        "PUT",
                        "",
                        "{\"oauth2DeviceCodeLifespan\": " + time.toSeconds() + "}");
    }

    private String administratorToken() throws IOException, InterruptedException {
        return token("master", ADMINISTRATOR, ADMINISTRATOR_PASSWORD);
    }

    /** A token that other services of this provider would take. */
    String accessToken(String user) throws IOException, InterruptedException {
        return token("opnmanager", user, "password of " + user);
    }

    private String token(String realm, String user, String password)
            throws IOException, InterruptedException {
        String form =
                "grant_type=password&client_id=admin-cli&username="
                        + user
                        + "&password="
                        + URLEncoder.encode(password, StandardCharsets.UTF_8);
        HttpResponse<String> answer =
                send(
                        HttpRequest.newBuilder(
                                        realm().resolve(
                                                        "/realms/"
                                                                + realm
                                                                + "/protocol/openid-connect/token"))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(form)));
        if (answer.statusCode() != 200) {
            throw new IOException("no token for " + user + ": " + answer.body());
        }
        return JSON.readTree(answer.body()).path("access_token").asText();
    }

    private JsonNode administer(String token, String method, String path, @Nullable String body)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                send(
                        HttpRequest.newBuilder(realm().resolve("/admin/realms/opnmanager" + path))
                                .header("Authorization", "Bearer " + token)
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body == null
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(body)));
        if (answer.statusCode() >= 300) {
            throw new IOException(
                    method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        if (client == null) {
            throw new IllegalStateException("Keycloak was not started");
        }
        return client.send(request.timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
    }

    private Program program() {
        if (program == null) {
            throw new IllegalStateException("Keycloak was not started");
        }
        return program;
    }

    @Override
    public void close() {
        if (client != null) {
            client.shutdownNow();
        }
        if (program != null) {
            program.close();
        }
    }
}
