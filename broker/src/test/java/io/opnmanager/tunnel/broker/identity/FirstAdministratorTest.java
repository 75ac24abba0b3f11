package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a schema of its own, because the application's has its administrator already. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FirstAdministratorTest {

    private static final String SCHEMA = "opnmanager_first";

    @Inject Jdbi application;
    @Inject Event<OperatorChanged> changed;
    @Inject Event<SignedOutEverywhere> left;
    @Inject SignInConfiguration configuration;
    @Inject Passwords passwords;

    @TempDir Path folder;

    @BeforeEach
    void make() {
        application.useHandle(handle -> {
            handle.execute("CREATE DATABASE " + SCHEMA);
            for (String table : new String[] {"operator", "identity_change"}) {
                handle.execute("CREATE TABLE " + SCHEMA + "." + table + " LIKE " + table);
            }
            handle.execute("INSERT INTO " + SCHEMA + ".identity_change (number) VALUES (0)");
        });
    }

    @AfterEach
    void drop() {
        application.useHandle(handle -> handle.execute("DROP DATABASE " + SCHEMA));
    }

    @Test
    void the_file_is_for_its_user_alone_and_its_password_is_the_administrators() throws Exception {
        Path state = folder.resolve("made/below");
        start(state);
        Path file = state.resolve("initial-administrator");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        assertThat(passwords.matches(password(file), hash())).isTrue();
        try (var files = Files.list(state)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void a_file_that_a_crash_left_is_used() throws Exception {
        Path file = folder.resolve("initial-administrator");
        Files.writeString(file, "name=administrator\npassword=left-by-a-crash\n");
        start(folder);
        assertThat(passwords.matches("left-by-a-crash", hash())).isTrue();
        assertThat(password(file)).isEqualTo("left-by-a-crash");
    }

    @Test
    void a_file_whose_password_is_no_longer_right_is_removed() throws Exception {
        start(folder.resolve("a"));
        Path stale = folder.resolve("initial-administrator");
        Files.writeString(stale, "name=administrator\npassword=of-another-time\n");
        start(folder);
        assertThat(stale).doesNotExist();
        assertThat(folder.resolve("a/initial-administrator")).exists();
    }

    @Test
    void of_many_nodes_that_start_at_once_one_makes_the_administrator() throws Exception {
        List<Future<?>> starts = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int node = 0; node < 6; node++) {
                Path state = folder.resolve("node" + node);
                starts.add(
                        threads.submit(() -> {
                            start(state);
                            return state;
                        }));
            }
        }
        for (Future<?> start : starts) {
            start.get();
        }
        List<Path> files;
        try (var found = Files.walk(folder)) {
            files = found.filter(Files::isRegularFile).toList();
        }
        assertThat(files).hasSize(1);
        assertThat(passwords.matches(password(files.getFirst()), hash())).isTrue();
    }

    private void start(Path state) throws IOException, SQLException {
        var server = TestDatabase.server();
        Jdbi jdbi = Jdbi.create(server.jdbcUrl(SCHEMA), server.user(), server.password());
        KnownOperators known = new KnownOperators(jdbi, configuration);
        OperatorRights rights = new OperatorRights(jdbi, known, changed, left);
        Operators operators = new Operators(jdbi, passwords, new Nobody(), rights);
        new FirstAdministrator(operators, known, passwords, () -> state).start(new StartupEvent());
    }

    private String hash() {
        return application.withHandle(handle ->
                handle.createQuery("SELECT password_hash FROM " + SCHEMA + ".operator")
                        .mapTo(String.class)
                        .one());
    }

    private static String password(Path file) throws IOException {
        return Files.readAllLines(file).get(1).substring("password=".length());
    }

    /** Writes nothing down. */
    private static final class Nobody implements Witness {

        @Override
        public void record(
                Handle handle,
                Caller caller,
                String action,
                @Nullable String subject,
                @Nullable String detail) {}

        @Override
        public void signInRefused(
                @Nullable String claimed, @Nullable String address, ProblemCode code) {}
    }
}
