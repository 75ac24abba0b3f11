package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void its_output_is_in_its_log_and_its_exit_code_is_told(@TempDir Path folder) throws Exception {
        try (Program program =
                shell(folder, "echo $GREETING; exit 3", Map.of("GREETING", "hello"))) {
            assertThat(program.awaitExit(SOON)).isEqualTo(3);
            assertThat(program.output()).isEqualTo("hello\n");
        }
    }

    @Test
    void one_that_ends_before_it_is_ready_is_reported_with_the_end_of_its_log(@TempDir Path folder)
            throws Exception {
        try (Program program = shell(folder, "echo no database; exit 1", Map.of())) {
            assertThatThrownBy(() -> program.awaitReady(SOON, () -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("part ended with 1 instead:")
                    .hasMessageContaining("no database");
        }
    }

    @Test
    void one_that_is_not_ready_in_time_is_reported(@TempDir Path folder) throws Exception {
        try (Program program = shell(folder, "exec sleep 60", Map.of())) {
            assertThatThrownBy(() -> program.awaitReady(Duration.ofMillis(50), () -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("part was not ready within PT0.05S");
        }
    }

    @Test
    void a_frozen_one_does_nothing_until_it_is_thawed(@TempDir Path folder) throws Exception {
        Path counter = folder.resolve("count");
        try (Program program =
                shell(folder, "while :; do echo . >> count; sleep 0.02; done", Map.of())) {
            program.awaitReady(SOON, () -> Files.exists(counter));
            program.freeze();
            // What was under way when the signal came may still be written.
            Thread.sleep(100);
            long frozen = Files.size(counter);
            Thread.sleep(200);
            assertThat(Files.size(counter)).isEqualTo(frozen);

            program.thaw();
            program.awaitReady(SOON, () -> Files.size(counter) > frozen);
        }
    }

    @Test
    void closing_ends_what_it_started_even_when_it_is_frozen(@TempDir Path folder)
            throws Exception {
        Program program = shell(folder, "sleep 60 & echo $! > child; wait", Map.of());
        Path child = folder.resolve("child");
        program.awaitReady(SOON, () -> Files.exists(child) && Files.size(child) > 0);
        var handle = ProcessHandle.of(Long.parseLong(Files.readString(child).strip()));
        program.freeze();

        program.close();

        assertThat(program.isAlive()).isFalse();
        assertThat(
                        handle.map(process ->
                                process.onExit().orTimeout(10, TimeUnit.SECONDS).join().isAlive()))
                .isNotEqualTo(Optional.of(true));
    }

    @Test
    void a_leftover_is_known_by_what_it_was_started_with(@TempDir Path folder) throws Exception {
        Path mine = folder.resolve("demo");
        try (Program ours =
                        sleeper(folder, "ours", "-Djava.io.tmpdir=" + mine + "/run/broker/tmp");
                Program database = sleeper(folder, "database", "--datadir=" + mine + "/data");
                Program other = sleeper(folder, "other", "-Djava.io.tmpdir=" + mine + "2/tmp");
                Program editor = sleeper(folder, "editor", mine + "/run/broker/broker.log")) {
            assertThat(Leftovers.end(mine)).isEqualTo(2);

            assertThat(ours.isAlive()).isFalse();
            assertThat(database.isAlive()).isFalse();
            assertThat(other.isAlive()).isTrue();
            assertThat(editor.isAlive()).isTrue();
        }
    }

    private static Program sleeper(Path folder, String name, String word) throws Exception {
        Program program =
                Program.start(
                        name,
                        folder,
                        List.of("sh", "-c", "echo up; sleep 60; :", "sh", word),
                        Map.of());
        program.awaitReady(SOON, () -> !program.output().isEmpty());
        return program;
    }

    private static Program shell(Path folder, String script, Map<String, String> environment)
            throws Exception {
        return Program.start("part", folder, List.of("sh", "-c", script), environment);
    }
}
