package io.opnmanager.tunnel.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.benchmarks.Benchmarks;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Results;
import io.opnmanager.tunnel.benchmarks.measure.Results.Document;
import io.opnmanager.tunnel.benchmarks.measure.Results.Measured;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private static final Figure SPEED =
            Figure.of("down", "one stream down", "MB/s")
                    .against("openssh")
                    .promised(Target.atLeast(1.25));

    private static Measured measured(Figure figure, List<Double> ours, List<Double> peers) {
        Map<String, List<Double>> samples = new LinkedHashMap<>();
        samples.put(Figure.OURS, ours);
        samples.put("openssh", peers);
        return new Measured(figure, samples);
    }

    private static Document document(Measured... measured) {
        return new Document(
                "throughput",
                "How fast?",
                "quick",
                "2026-11-22T00:00:00Z",
                90,
                Map.of("cores", "2"),
                Map.of("bytes", "1 GiB"),
                List.of(measured),
                null);
    }

    @Test
    void a_ratio_is_made_of_the_same_round() {
        // As medians 30 / 20; but in the middle round the machine was slow for both.
        Outcome outcome =
                Outcome.of(measured(SPEED, List.of(30.0, 3.0, 40.0), List.of(20.0, 1.0, 20.0)));

        assertThat(outcome.judged().orElseThrow()).isEqualTo(new Statistics(3, 1.5, 2, 3, 3));
        assertThat(outcome.isKept()).hasValue(true);
    }

    @Test
    void a_promise_is_missed_by_what_is_too_slow_and_by_what_was_not_measured() {
        assertThat(Outcome.of(measured(SPEED, List.of(12.4), List.of(10.0))).isKept())
                .hasValue(false);
        assertThat(Outcome.of(measured(SPEED, List.of(12.5), List.of(10.0))).isKept())
                .hasValue(true);
        assertThat(Outcome.of(measured(SPEED, List.of(12.5), List.of())).isKept()).hasValue(false);
    }

    @Test
    void a_promise_about_the_slowest_looks_at_the_slowest() {
        Figure click =
                Figure.of("active", "click to active", "ms").promised(Target.atMost(100).ofP99());
        List<Double> samples =
                new ArrayList<>(DoubleStream.generate(() -> 20).limit(99).boxed().toList());
        samples.add(500.0);
        Measured hundred = new Measured(click, Map.of(Figure.OURS, samples));

        assertThat(Outcome.of(hundred).isKept()).hasValue(true);
        samples.add(500.0);
        assertThat(Outcome.of(hundred).isKept()).hasValue(false);
    }

    @Test
    void percentiles_are_samples() {
        assertThat(Statistics.of(List.of(4.0, 1.0, 3.0, 2.0)))
                .isEqualTo(new Statistics(4, 1, 2, 4, 4));
        assertThatThrownBy(() -> Statistics.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("wanted at least one sample, found none");
    }

    @Test
    void the_document_tells_promises_figures_and_settings() {
        assertThat(Report.text(List.of(document(measured(SPEED, List.of(100.0), List.of(100.0))))))
                .contains(
                        "| [one stream down](#throughput) | ≥ 1.25 × openssh | 1 × openssh | **missed** |",
                        "| one stream down, MB/s | ours | 1 | 100 (100 to 100) | 100 | 1 (1 to 1) × openssh |",
                        "|  | openssh | 1 | 100 (100 to 100) | 100 |  |",
                        "![How fast?](benchmarks/throughput.svg)",
                        "- bytes: 1 GiB",
                        "Machine 1: cores 2.");
    }

    @Test
    void a_plot_escapes_what_it_shows() {
        Figure strange = Figure.of("a", "<script>&", "ms");

        assertThat(Plot.of(document(measured(strange, List.of(1.0), List.of(2.0)))))
                .contains("&lt;script&gt;&amp;, ms")
                .doesNotContain("<script>");
    }

    @Test
    void numbers_have_three_digits_and_no_powers() {
        assertThat(
                        List.of(0.0, 0.000123456, 1.25, 99.96, 1234.5, 20_000.0, 1_234_567.0)
                                .stream()
                                .map(Numbers::of))
                .containsExactly("0", "0.000123", "1.25", "100", "1235", "20,000", "1,234,567");
    }

    /** Samples and document are kept together: neither is edited without the other. */
    @Test
    void the_document_in_the_sources_is_what_its_samples_say(@TempDir Path folder)
            throws IOException {
        Path docs = ProjectRoot.path().resolve("docs");
        Files.createDirectories(folder.resolve("benchmarks"));
        List<String> order = Benchmarks.names();
        for (String name : order) {
            Path kept = docs.resolve("benchmarks").resolve(name + ".json");
            assertThat(kept).exists();
            Files.copy(kept, folder.resolve("benchmarks").resolve(name + ".json"));
            assertThat(Results.read(kept).failure()).as(name).isNull();
        }

        var _ = new Report(folder).write(order);

        assertThat(docs.resolve("benchmarks.md"))
                .hasSameTextualContentAs(folder.resolve("benchmarks.md"));
        for (String name : order) {
            String plot = "benchmarks/" + name + ".svg";
            assertThat(docs.resolve(plot)).hasSameTextualContentAs(folder.resolve(plot));
        }
    }
}
