package io.opnmanager.tunnel.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {

    private static final Figure SPEED =
            Figure.of("speed", "speed", "MB/s").against("other").promised(Target.atLeast(1.25));
    private static final Scale THREE_ROUNDS =
            new Scale("test", 3, Duration.ZERO, Duration.ZERO, Duration.ZERO, 1, 1);

    @TempDir Path folder;

    private final Results results = new Results(new Nothing(), THREE_ROUNDS, Map.of("cores", "2"));

    /** Measures nothing itself: the test does. */
    private static final class Nothing implements Experiment {
        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public String question() {
            return "What is left of nothing?";
        }

        @Override
        public void run(Bench bench) {
            bench.say("nothing");
        }
    }

    private Bench bench() throws IOException {
        Progress progress = new Progress(new PrintStream(OutputStream.nullOutputStream()));
        return new Bench(
                THREE_ROUNDS,
                folder.resolve("work"),
                progress,
                results,
                new Shared(folder.resolve("shared"), progress));
    }

    @Test
    void contenders_take_turns_and_another_one_begins_each_round() throws Exception {
        List<String> turns = new ArrayList<>();
        try (Bench bench = bench()) {
            bench.alternate(
                    List.of(
                            new Contender(Figure.OURS, _ -> turns.add("ours")),
                            new Contender("other", _ -> turns.add("other"))));
        }

        assertThat(turns).containsExactly("ours", "other", "other", "ours", "ours", "other");
    }

    @Test
    void what_is_done_to_warm_up_is_not_noted() throws Exception {
        List<String> turns = new ArrayList<>();
        try (Bench bench = bench()) {
            bench.warmUp(
                    List.of(
                            new Contender(
                                    Figure.OURS,
                                    sheet -> {
                                        turns.add("ours");
                                        sheet.note(SPEED, 1);
                                    }),
                            new Contender("other", _ -> turns.add("other"))),
                    time -> turns.add("slowest for " + time));
        }
        Path file = folder.resolve("results/nothing.json");
        results.write(file, null);

        assertThat(turns).containsExactly("slowest for PT0.5S", "ours", "other");
        assertThat(Results.read(file).measured()).isEmpty();
    }

    @Test
    void every_sample_is_kept_in_the_order_of_its_rounds() throws Exception {
        double[] next = {0};
        try (Bench bench = bench()) {
            bench.setting("bytes", "12");
            bench.alternate(
                    List.of(
                            new Contender(Figure.OURS, sheet -> sheet.note(SPEED, ++next[0])),
                            new Contender("other", sheet -> sheet.note(SPEED, 10 * ++next[0]))));
        }
        Path file = folder.resolve("results/nothing.json");
        results.write(file, "cut off");

        Results.Document document = Results.read(file);
        assertThat(document.measured())
                .containsExactly(
                        new Results.Measured(
                                SPEED,
                                Map.of(
                                        Figure.OURS,
                                        List.of(1.0, 4.0, 5.0),
                                        "other",
                                        List.of(20.0, 30.0, 60.0))));
        assertThat(document.settings()).containsEntry("bytes", "12");
        assertThat(document.failure()).isEqualTo("cut off");
    }

    @Test
    void parts_are_ended_the_last_first_even_when_one_cannot_be_and_the_folder_goes()
            throws Exception {
        List<String> ended = new ArrayList<>();
        try (Bench bench = bench()) {
            bench.own(() -> ended.add("first"));
            bench.own(() -> {
                ended.add("second");
                throw new IOException("stuck");
            });
            Files.writeString(bench.folder().resolve("scratch"), "");
        }

        assertThat(ended).containsExactly("second", "first");
        assertThat(folder.resolve("work")).doesNotExist();
    }
}
