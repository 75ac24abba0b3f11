package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Database;
import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * {@code deploy/containers/e2e.sh --processes}: its steps, with the configurations, flags and
 * health checks of the images and their Java, on this machine's processes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainersEndToEndTest {

    private static final Path SCRIPT = Project.root().resolve("deploy/containers/e2e.sh");
    private static final Path FOLDER = DatabaseServer.FOLDER.resolve("containers");
    private static final Path WORK = FOLDER.resolve("work");
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final Duration SHORT = Duration.ofSeconds(30);

    private final Map<String, String> variables = new HashMap<>();

    @BeforeAll
    void a_java_as_in_the_images() throws Exception {
        Folders.delete(FOLDER);
        Files.createDirectories(WORK);
        Matcher modules =
                Pattern.compile("\"--add-modules\", \"([a-z.,]+)\"")
                        .matcher(
                                Project.read(
                                        Project.root()
                                                .resolve("deploy/containers/broker.Dockerfile")));
        assertThat(modules.find()).isTrue();
        Path java = FOLDER.resolve("java");
        Script.Ended linked =
                Script.run(
                        FOLDER,
                        Map.of(),
                        Duration.ofMinutes(2),
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                                "--output",
                                java.toString(),
                                "--strip-debug",
                                "--no-header-files",
                                "--no-man-pages",
                                "--add-modules",
                                modules.group(1)));
        assertThat(linked.code()).as(linked.output()).isZero();
        variables.put("E2E_JAVA", java.resolve("bin/java").toString());
        variables.put("TMPDIR", WORK.toString());
    }

    @AfterEach
    void nothing_is_left() throws IOException {
        try (var left = Files.list(WORK)) {
            assertThat(left).isEmpty();
        }
        assertThat(processesBelow(WORK)).isEmpty();
    }

    private void database(String name) throws Exception {
        Database database =
                Database.fresh(DatabaseServer.server(), EmbeddedMariaDb.SCHEMA + "_" + name);
        Path password = FOLDER.resolve("database-password");
        Files.writeString(password, database.password());
        variables.put("E2E_JDBC_URL", database.jdbcUrl());
        variables.put("E2E_DATABASE_USER", database.user());
        variables.put("E2E_DATABASE_PASSWORD_FILE", password.toString());
    }

    /** Whatever still works in the folder, or was told of it. */
    private static List<String> processesBelow(Path folder) throws IOException {
        List<String> found = new ArrayList<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                try {
                    String command =
                            Files.readString(process.resolve("cmdline")).replace('\0', ' ');
                    if (command.contains(folder.toString())
                            || Files.readSymbolicLink(process.resolve("cwd")).startsWith(folder)) {
                        found.add(command);
                    }
                } catch (IOException e) {
                    // It has ended in the meantime.
                }
            }
        }
        return found;
    }

    @Test
    void everything_goes_through_and_is_removed() throws Exception {
        database("containers");

        Script.Ended ended =
                Script.run(WORK, variables, LIMIT, List.of("sh", SCRIPT.toString(), "--processes"));

        assertThat(ended.output())
                .isEqualTo(
                        """
                        make certificates and passwords
                        start database, echo service and broker
                        start tunnelctl
                        send 8 MiB through tunnelctl and the gateway to the echo service and back
                        a client without a certificate gets nothing
                        enrol an agent
                        the agent opens a tunnel
                        end
                        everything was right, nothing is left
                        """);
        assertThat(ended.code()).isZero();
    }

    @Test
    void whoever_interrupts_it_has_nothing_to_clean_up() throws Exception {
        database("containers_interrupted");
        try (Program script =
                Program.start(
                        "e2e",
                        FOLDER,
                        List.of("sh", SCRIPT.toString(), "--processes"),
                        variables)) {
            Eventually.within(
                    Duration.ofMinutes(1),
                    () -> assertThat(script.output()).contains("start tunnelctl\n"));

            assertThat(
                            Script.run(
                                            FOLDER,
                                            Map.of(),
                                            SHORT,
                                            List.of("kill", Long.toString(script.pid())))
                                    .code())
                    .isZero();

            assertThat(script.awaitExit(Duration.ofMinutes(1))).isEqualTo(143);
        }
    }

    @Test
    void a_broker_that_cannot_start_is_shown_with_its_log() throws Exception {
        database("containers");
        variables.put("E2E_JDBC_URL", "jdbc:nonsense://x/y");

        Script.Ended ended =
                Script.run(WORK, variables, LIMIT, List.of("sh", SCRIPT.toString(), "--processes"));

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .contains(
                        "e2e.sh: start database, echo service and broker: the broker: a program has ended instead",
                        "broker.log",
                        "jdbc:nonsense://x/y");
    }

    @Test
    void what_is_missing_or_wrong_is_said_before_anything_is_made() throws Exception {
        Script.Ended option =
                Script.run(WORK, variables, SHORT, List.of("sh", SCRIPT.toString(), "--fast"));
        assertThat(option)
                .isEqualTo(
                        new Script.Ended(
                                2, "e2e.sh: unknown option '--fast'; see e2e.sh --help\n"));
        Script.Ended database =
                Script.run(
                        WORK,
                        Map.of("TMPDIR", WORK.toString(), "E2E_JDBC_URL", ""),
                        SHORT,
                        List.of("sh", SCRIPT.toString(), "--processes"));
        assertThat(database)
                .isEqualTo(
                        new Script.Ended(
                                2, "e2e.sh: E2E_JDBC_URL is not set; see e2e.sh --help\n"));
    }
}
