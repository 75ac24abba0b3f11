package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With a schema of its own, because the application's has its key already. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SecondFactorKeyTest {

    private static final String SCHEMA = "opnmanager_key";
    private static final byte[] SECRET = Secrets.random(Totp.SECRET_BYTES);

    @Inject Jdbi application;

    @TempDir Path folder;

    @BeforeEach
    void make() {
        application.useHandle(handle -> {
            handle.execute("CREATE DATABASE " + SCHEMA);
            handle.execute("CREATE TABLE " + SCHEMA + ".second_factor_key LIKE second_factor_key");
        });
    }

    @AfterEach
    void drop() {
        application.useHandle(handle -> handle.execute("DROP DATABASE " + SCHEMA));
    }

    @Test
    void the_first_node_makes_a_key_for_its_user_alone_and_a_restart_finds_it() throws Exception {
        Path state = folder.resolve("made/below");
        byte[] sealed = node(state).seal("ada", SECRET);
        Path file = state.resolve("second-factor-key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).matches("[A-Za-z0-9+/]{43}=\n");
        assertThat(node(state).open("ada", sealed)).isEqualTo(SECRET);
    }

    @Test
    void what_was_encrypted_for_one_operator_is_worth_nothing_for_another() throws Exception {
        SecondFactorKey key = node(folder);
        byte[] sealed = key.seal("ada", SECRET);
        assertThat(key.seal("ada", SECRET)).isNotEqualTo(sealed);
        assertUnavailable(() -> key.open("bob", sealed));
        byte[] changed = sealed.clone();
        changed[20] ^= 1;
        assertUnavailable(() -> key.open("ada", changed));
        byte[] ofTheFuture = sealed.clone();
        ofTheFuture[0] = 2;
        assertUnavailable(() -> key.open("ada", ofTheFuture));
        assertUnavailable(() -> key.open("ada", new byte[] {1, 2, 3}));
    }

    @Test
    void a_second_node_makes_no_key_and_takes_the_copied_one_without_a_restart() throws Exception {
        byte[] sealed = node(folder.resolve("a")).seal("ada", SECRET);
        SecondFactorKey second = node(folder.resolve("b"));
        assertThat(folder.resolve("b/second-factor-key")).doesNotExist();
        assertUnavailable(() -> second.open("ada", sealed));
        assertUnavailable(() -> second.seal("ada", SECRET));

        Files.createDirectories(folder.resolve("b"));
        Files.copy(folder.resolve("a/second-factor-key"), folder.resolve("b/second-factor-key"));
        assertThat(second.open("ada", sealed)).isEqualTo(SECRET);
    }

    @Test
    void a_node_with_another_key_writes_nothing_that_the_others_cannot_read() throws Exception {
        byte[] sealed = node(folder.resolve("a")).seal("ada", SECRET);
        Path other = folder.resolve("b/second-factor-key");
        PrivateFile.write(other, Files.readString(keyOfAnotherDatabase()));
        SecondFactorKey second = node(folder.resolve("b"));
        assertUnavailable(() -> second.open("ada", sealed));
        assertUnavailable(() -> second.seal("ada", SECRET));
        assertThat(other).exists();
    }

    @Test
    void of_many_nodes_that_begin_at_once_one_keeps_a_key() throws Exception {
        List<Future<SecondFactorKey>> starts = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int node = 0; node < 6; node++) {
                Path state = folder.resolve("node" + node);
                starts.add(threads.submit(() -> node(state)));
            }
        }
        int able = 0;
        for (Future<SecondFactorKey> start : starts) {
            try {
                start.get().seal("ada", SECRET);
                able++;
            } catch (Problem problem) {
                assertThat(problem.code()).isEqualTo(ProblemCode.SECOND_FACTOR_UNAVAILABLE);
            }
        }
        assertThat(able).isEqualTo(1);
        try (var found = Files.walk(folder)) {
            assertThat(found.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not base64!", "c2hvcnQ="})
    void a_file_that_holds_no_key_stops_the_start_and_is_not_shown(String content)
            throws Exception {
        Files.writeString(folder.resolve("second-factor-key"), content);
        assertThatThrownBy(() -> node(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("second-factor-key")
                .hasRootCauseInstanceOf(
                        content.equals("not base64!")
                                ? IllegalArgumentException.class
                                : IOException.class);
    }

    @Test
    void a_configured_file_is_used_and_has_to_be_there() throws Exception {
        Path file = folder.resolve("elsewhere/key");
        assertThatThrownBy(() -> node(folder, Optional.of(file)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("opnmanager.sign-in.secret-key-file: there is no file " + file);
        PrivateFile.write(file, Files.readString(keyOfAnotherDatabase()));
        byte[] sealed = node(folder, Optional.of(file)).seal("ada", SECRET);
        assertThat(sealed).hasSize(1 + 12 + SECRET.length + 16);
        assertThat(folder.resolve("second-factor-key")).doesNotExist();
    }

    private static void assertUnavailable(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable act) {
        Problem problem = catchThrowableOfType(Problem.class, act);
        assertThat(problem).isNotNull();
        assertThat(problem.code()).isEqualTo(ProblemCode.SECOND_FACTOR_UNAVAILABLE);
    }

    /** The application's own. */
    private static Path keyOfAnotherDatabase() {
        return TestDatabase.STATE.resolve("second-factor-key");
    }

    private static SecondFactorKey node(Path state) throws IOException, SQLException {
        return node(state, Optional.empty());
    }

    private static SecondFactorKey node(Path state, Optional<Path> file)
            throws IOException, SQLException {
        var server = TestDatabase.server();
        Jdbi jdbi = Jdbi.create(server.jdbcUrl(SCHEMA), server.user(), server.password());
        SecondFactorKey key = new SecondFactorKey(jdbi, new WithKeyFile(file), () -> state);
        key.start(new StartupEvent());
        return key;
    }

    /** Of no interest here but for the file. */
    private record WithKeyFile(Optional<Path> secretKeyFile) implements SignInConfiguration {

        @Override
        public int failuresPerName() {
            return 1;
        }

        @Override
        public int failuresPerAddress() {
            return 1;
        }

        @Override
        public Duration recovery() {
            return Duration.ofSeconds(1);
        }

        @Override
        public int codeFailures() {
            return 1;
        }

        @Override
        public Duration codeRecovery() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration idle() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration lifetime() {
            return Duration.ofSeconds(1);
        }

        @Override
        public int perOperator() {
            return 1;
        }

        @Override
        public int tokensPerOperator() {
            return 1;
        }
    }
}
