package io.opnmanager.tunnel.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.benchmarks.measure.Scale;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final Path ROOT = Path.of("/project");

    @Test
    void without_a_word_everything_is_measured_in_full() {
        assertThat(Options.of(ROOT))
                .isEqualTo(
                        new Options(
                                Options.Mode.MEASURE,
                                Scale.FULL,
                                List.of(),
                                Path.of("/project/docs")));
    }

    @Test
    void some_are_chosen_by_name() {
        Options options =
                Options.of(ROOT, "quick", "--only", "setup,polls", "--output", "/elsewhere");

        assertThat(options)
                .isEqualTo(
                        new Options(
                                Options.Mode.MEASURE,
                                Scale.QUICK,
                                List.of("setup", "polls"),
                                Path.of("/elsewhere")));
    }

    @Test
    void what_is_not_understood_is_named() {
        assertThatThrownBy(() -> Options.of(ROOT, "fast"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unknown word fast");
        assertThatThrownBy(() -> Options.of(ROOT, "--only"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--only wants a value");
    }
}
