package io.opnmanager.tunnel.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedTest {

    @TempDir Path folder;

    private final List<String> ended = new ArrayList<>();
    private Shared shared;

    @BeforeEach
    void make() {
        shared =
                new Shared(
                        folder.resolve("shared"),
                        new Progress(new PrintStream(OutputStream.nullOutputStream())));
    }

    private String start(String name) throws Exception {
        return shared.get(
                String.class,
                (at, parts) -> {
                    parts.own(() -> ended.add(name + " first"));
                    parts.own(() -> ended.add(name + " last"));
                    return name;
                });
    }

    @Test
    void the_next_gets_what_the_one_before_has_started() throws Exception {
        assertThat(start("one")).isEqualTo("one");
        assertThat(start("two")).isEqualTo("one");
        assertThat(ended).isEmpty();
    }

    @Test
    void after_its_end_another_one_is_started() throws Exception {
        assertThat(start("one")).isEqualTo("one");
        shared.end();
        assertThat(ended).containsExactly("one last", "one first");
        assertThat(folder.resolve("shared")).doesNotExist();
        assertThat(start("two")).isEqualTo("two");
    }

    @Test
    void what_was_started_of_one_that_failed_is_ended_too() throws Exception {
        assertThatThrownBy(() ->
                        shared.get(
                                String.class,
                                (at, parts) -> {
                                    parts.own(() -> ended.add("half"));
                                    throw new IOException("no more");
                                }))
                .hasMessage("no more");
        shared.end();
        assertThat(ended).containsExactly("half");
    }
}
