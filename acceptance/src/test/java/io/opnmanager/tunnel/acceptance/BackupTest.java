package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.Database;
import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** A broker that is lost as a whole comes back from its archive, and agents do not notice. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BackupTest {

    private static final Path SCRIPT = Project.root().resolve("deploy/backup/opnmanager-backup");
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration BACK = Duration.ofSeconds(30);

    private World world;
    private Path state;
    private Path options;
    private Path archives;
    private String schema;

    @BeforeAll
    void start() throws Exception {
        world = World.named("backup").firewalls(1).start();
        state = Objects.requireNonNull(world.broker().initialAdministratorFile().getParent());
        archives = world.folder().resolve("archives");
        String url = world.broker().database().jdbcUrl();
        schema = url.substring(url.lastIndexOf('/') + 1);
        EmbeddedMariaDb server = DatabaseServer.server();
        options = world.folder().resolve("backup.cnf");
        Files.createFile(
                options,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                options,
                "[client]\nhost=127.0.0.1\nport=%d\nuser=%s\npassword=%s\nskip-ssl\n"
                        .formatted(server.port(), server.user(), server.password()));
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    @Order(1)
    void a_lost_broker_comes_back_with_its_agents_its_keys_and_its_audit() throws Exception {
        world.addOperator("petra", "operator");
        Authenticator petras = secondFactor("petra");
        JsonNode live = world.openActive(world.firewall());
        byte[] hostKey = Files.readAllBytes(state.resolve("ssh_host_ed25519_key"));
        Path archive = backupUnderLoad();
        assertThat(Files.getPosixFilePermissions(archive))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));

        world.broker().program().kill();
        Folders.delete(state);
        var _ = Database.fresh(DatabaseServer.server(), schema);
        Script.Ended restored = restore(archive);
        assertThat(restored.code()).as(restored.output()).isZero();
        assertThat(restored.output()).startsWith("restored: schema version ");
        world.broker().start();

        assertThat(state.resolve("ssh_host_ed25519_key")).hasBinaryContent(hostKey);
        JsonNode row = world.operator().request(live.path("id").asLong());
        assertThat(row.path("end_reason").asText()).as("%s", row).isEqualTo("broker_restarted");
        Eventually.within(
                BACK,
                () -> {
                    JsonNode seen = world.operator().firewall(world.firewall().id());
                    assertThat(seen.path("online").asBoolean()).isTrue();
                });
        JsonNode again = world.openActive(world.firewall());
        world.assertPageThrough(again, world.firewall().page());
        world.operator().close(again.path("id").asLong());
        world.assertNothingLeft(again);
        assertThat(signIn("petra", petras.at(Instant.now().plusSeconds(30))).isSuccess()).isTrue();
        JsonNode verdict = world.operator().call("GET", "/api/v1/audit/verify", null).body();
        assertThat(verdict.path("intact").asBoolean()).as("%s", verdict).isTrue();
        assertThat(verdict.path("sealed").asLong()).isPositive();
        assertThat(world.operator().metric("opnmanager_audit_intact")).isEqualTo(1);
        assertThat(world.operator().metric("opnmanager_database_up")).isEqualTo(1);
        assertThat(world.operator().metric("opnmanager_firewalls_enrolled")).isEqualTo(2);
        assertThat(world.operator().metric("opnmanager_ports")).isEqualTo(50.0);
        assertThat(world.operator().metric("opnmanager_kills_unconfirmed")).isZero();
        assertThat(world.operator().metric("opnmanager_certificate_expires"))
                .isGreaterThan(Instant.now().plusSeconds(86_400).getEpochSecond() * 1.0);
    }

    @Test
    @Order(2)
    void it_replaces_nothing_that_is_there_and_nothing_under_a_running_broker() throws Exception {
        Path archive = backup("--keep", "1");
        try (var kept = Files.list(archives)) {
            assertThat(kept).containsExactlyInAnyOrder(archive, checksum(archive));
        }

        Script.Ended running = restore(archive);
        assertThat(running.code()).as(running.output()).isEqualTo(5);
        assertThat(running.output()).contains("a broker was seen at this schema within 30 s");

        world.broker().stop();
        try (var connection = world.broker().database().connect();
                var statement = connection.createStatement()) {
            var _ = statement.executeUpdate("UPDATE node SET last_seen = '2026-01-01'");
            var _ =
                    statement.executeUpdate(
                            """
                            INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,
                                checksum, installed_by, execution_time, success)
                            VALUES (999, '999', 'newer', 'SQL', 'V999__newer.sql', 1, 'a newer broker', 1, TRUE)
                            """);
        }
        Program older = world.broker().launch();
        assertThat(older.awaitExit(LIMIT)).isNotZero();
        assertThat(older.output()).contains("applied migration not resolved locally: 999");
        Script.Ended full = restore(archive);
        assertThat(full.code()).as(full.output()).isEqualTo(5);
        assertThat(full.output()).contains("is not empty; --force replaces it");

        Script.Ended forced = restore(archive, "--force");
        assertThat(forced.code()).as(forced.output()).isZero();
        try (var beside = Files.list(world.folder().resolve("broker"))) {
            assertThat(beside.map(found -> found.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("state.before-"));
        }
        world.broker().start();
        assertThat(world.operator().firewall(world.firewall().id()).path("enrolled").asBoolean())
                .isTrue();
    }

    @Test
    @Order(3)
    void what_was_changed_or_encrypted_for_somebody_else_is_noticed_before_anything_is_touched()
            throws Exception {
        Path key = world.folder().resolve("recipient.pem");
        Script.Ended made =
                Script.run(
                        world.folder(),
                        Map.of(),
                        LIMIT,
                        List.of(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "rsa:3072",
                                "-nodes",
                                "-days",
                                "1",
                                "-subj",
                                "/CN=backup",
                                "-keyout",
                                "recipient.pem",
                                "-out",
                                "certificate.pem"));
        assertThat(made.code()).as(made.output()).isZero();
        Path certificate = world.folder().resolve("certificate.pem");
        Files.writeString(key, Project.read(key) + Project.read(certificate));
        Path encrypted = backup("--encrypt-to", certificate.toString());
        assertThat(encrypted.toString()).endsWith(".tar.gz.cms");
        assertThat(script("verify", encrypted.toString()).output())
                .isEqualTo("its checksum is right; what is in it is encrypted\n");
        Script.Ended whole = script("verify", encrypted.toString(), "--key", key.toString());
        assertThat(whole.output()).as(whole.output()).startsWith("whole\nmade ");

        byte[] bytes = Files.readAllBytes(encrypted);
        bytes[bytes.length - 40] ^= 1;
        Files.write(encrypted, bytes);
        assertThat(script("verify", encrypted.toString()).code()).isEqualTo(4);
        Files.delete(checksum(encrypted));
        Script.Ended changed = restore(encrypted, "--key", key.toString(), "--force");
        assertThat(changed.code()).as(changed.output()).isEqualTo(4);
        assertThat(changed.output()).contains("cannot be decrypted");
        assertThat(world.operator().firewall(world.firewall().id()).path("enrolled").asBoolean())
                .isTrue();
    }

    @Test
    @Order(4)
    void shellcheck_finds_nothing_and_a_password_is_never_an_argument() throws Exception {
        Script.Ended checked =
                Script.run(
                        world.folder(),
                        Map.of(),
                        LIMIT,
                        List.of("shellcheck", "-s", "sh", SCRIPT.toString()));
        assertThat(checked.code()).as(checked.output()).isZero();
        assertThat(Project.read(SCRIPT)).doesNotContain("--password", "MYSQL_PWD");
        assertThat(script("--help").output()).contains("exit codes:");
        assertThat(script("restore").code()).isEqualTo(2);
    }

    /** Requests come and go while it is made, as in daily use. */
    private Path backupUnderLoad() throws Exception {
        long absent = world.operator().createFirewall("absent", "https://localhost:443");
        var _ =
                EnrolledFirewall.enrolled(
                        world,
                        absent,
                        EnrolledFirewall.ask(world.operator().enrolmentToken(absent)));
        var going = new AtomicBoolean(true);
        var failures = new ArrayList<Exception>();
        Thread load =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                while (going.get()) {
                                    JsonNode asked = world.operator().open(absent);
                                    world.operator().close(asked.path("id").asLong());
                                }
                            } catch (Exception e) {
                                failures.add(e);
                            }
                        });
        try {
            return backup();
        } finally {
            going.set(false);
            load.join();
            assertThat(failures).isEmpty();
        }
    }

    private Path backup(String... more) throws Exception {
        Script.Ended made =
                script(
                        with(
                                List.of(
                                        "backup",
                                        "--to",
                                        archives.toString(),
                                        "--state",
                                        state.toString(),
                                        "--defaults-file",
                                        options.toString(),
                                        "--schema",
                                        schema),
                                more));
        assertThat(made.code()).as(made.output()).isZero();
        return Path.of(made.output().strip());
    }

    private Script.Ended restore(Path archive, String... more) throws Exception {
        return script(
                with(
                        List.of(
                                "restore",
                                archive.toString(),
                                "--state",
                                state.toString(),
                                "--defaults-file",
                                options.toString(),
                                "--schema",
                                schema),
                        more));
    }

    private Script.Ended script(String... arguments) throws Exception {
        Path programs = DatabaseServer.FOLDER.resolve("database/server/bin");
        return Script.run(
                world.folder(),
                Map.of("PATH", programs + ":" + System.getenv("PATH")),
                LIMIT,
                List.of(with(List.of("sh", SCRIPT.toString()), arguments)));
    }

    private static String[] with(List<String> first, String... more) {
        List<String> all = new ArrayList<>(first);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static Path checksum(Path archive) {
        return Path.of(archive + ".sha256");
    }

    private Answer signIn(String name, String code) throws Exception {
        var ask = OperatorClient.object().put("name", name).put("password", World.PASSWORD);
        if (!code.isEmpty()) {
            ask.put("code", code);
        }
        return world.nobody()
                .call("POST", "/api/v1/sign-in", ask, Map.of("Sec-Fetch-Site", "same-origin"));
    }

    /** Sets one up, as the console does. */
    private Authenticator secondFactor(String name) throws Exception {
        Answer signedIn = signIn(name, "");
        assertThat(signedIn.isSuccess()).as(signedIn.text()).isTrue();
        String cookie =
                signedIn.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
        Map<String, String> console = Map.of("Cookie", cookie, "Sec-Fetch-Site", "same-origin");
        Answer made =
                world.nobody()
                        .call(
                                "POST",
                                "/api/v1/sign-in/second-factor",
                                OperatorClient.object().put("password", World.PASSWORD),
                                console);
        var authenticator = new Authenticator(made.body().path("secret").asText());
        Answer activated =
                world.nobody()
                        .call(
                                "PUT",
                                "/api/v1/sign-in/second-factor",
                                OperatorClient.object()
                                        .put("code", authenticator.at(Instant.now())),
                                console);
        assertThat(activated.isSuccess()).as(activated.text()).isTrue();
        return authenticator;
    }
}
