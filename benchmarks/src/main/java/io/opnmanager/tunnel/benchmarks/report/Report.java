package io.opnmanager.tunnel.benchmarks.report;

import io.opnmanager.tunnel.benchmarks.measure.Results;
import io.opnmanager.tunnel.benchmarks.measure.Results.Document;
import io.opnmanager.tunnel.benchmarks.measure.Results.Measured;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes {@code benchmarks.md} and the plots from the results in {@code benchmarks/*.json}. */
public final class Report {

    private static final String INTRODUCTION =
            """
            # Benchmarks

            Written by `./benchmarks/run.sh` from the samples in [benchmarks/](benchmarks/); do not edit. `./benchmarks/run.sh --help` says how to
            make it again, `quick` does so in ten minutes.

            A ratio is ours over the peer's of the same round; rounds alternate within one run, on one machine, with the same bytes. Tables give the
            median and, in brackets, the smallest and the largest sample. Numbers without a peer only say where this machine is today.
            """;

    private final Path folder;

    /**
     * @param folder of the document; the results are in {@code benchmarks/} below it
     */
    public Report(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes all of it.
     *
     * @param order of the experiments
     * @return where the document is
     */
    public Path write(List<String> order) throws IOException {
        List<Document> documents = new ArrayList<>();
        for (String experiment : order) {
            Path file = folder.resolve("benchmarks").resolve(experiment + ".json");
            if (Files.exists(file)) {
                Document document = Results.read(file);
                documents.add(document);
                Files.writeString(file.resolveSibling(experiment + ".svg"), Plot.of(document));
            }
        }
        Path written = folder.resolve("benchmarks.md");
        Files.writeString(written, text(documents));
        return written;
    }

    /** The document. */
    static String text(List<Document> documents) {
        StringBuilder text = new StringBuilder(INTRODUCTION);
        promises(documents, text);
        for (Document document : documents) {
            experiment(document, text);
        }
        machine(documents, text);
        return text.toString();
    }

    private static void promises(List<Document> documents, StringBuilder text) {
        text.append(
                "\n## What was promised\n\n| figure | promised | measured | |\n|---|---|---|---|\n");
        for (Document document : documents) {
            for (Measured measured : document.measured()) {
                Outcome outcome = Outcome.of(measured);
                @Nullable Target target = outcome.figure().target();
                if (target != null) {
                    row(
                            text,
                            "[%s](#%s)".formatted(outcome.figure().title(), document.experiment()),
                            promised(target, outcome.unit()),
                            outcome.judged()
                                    .map(found ->
                                            Numbers.of(found.of(target.of()))
                                                    + " "
                                                    + outcome.unit())
                                    .orElse("not measured"),
                            outcome.isKept().orElse(false) ? "kept" : "**missed**");
                }
            }
        }
    }

    private static String promised(Target target, String unit) {
        String which =
                switch (target.of()) {
                    case P50 -> "";
                    case P99 -> "99 % ";
                };
        String relation =
                switch (target.relation()) {
                    case AT_LEAST -> "≥ ";
                    case AT_MOST -> "≤ ";
                };
        return which + relation + Numbers.of(target.bound()) + " " + unit;
    }

    private static void experiment(Document document, StringBuilder text) {
        text.append("\n## ").append(document.experiment()).append("\n\n");
        text.append(document.question()).append('\n');
        @Nullable String failure = document.failure();
        if (failure != null) {
            text.append("\n**It ended early:** ").append(failure.replace('\n', ' ')).append('\n');
        }
        if (document.measured().isEmpty()) {
            return;
        }
        text.append(
                "\n![%s](benchmarks/%s.svg)\n"
                        .formatted(document.question(), document.experiment()));
        text.append(
                "\n| figure | contender | samples | median (smallest to largest) | 99 % | ratio |\n");
        text.append("|---|---|---|---|---|---|\n");
        for (Measured measured : document.measured()) {
            figure(measured, text);
        }
        if (!document.settings().isEmpty()) {
            text.append('\n');
            document.settings()
                    .forEach((name, value) ->
                            text.append("- ").append(name).append(": ").append(value).append('\n'));
        }
    }

    private static void figure(Measured measured, StringBuilder text) {
        Outcome outcome = Outcome.of(measured);
        boolean first = true;
        for (Map.Entry<String, List<Double>> entry : measured.samples().entrySet()) {
            Statistics statistics = Statistics.of(entry.getValue());
            boolean showsRatio = first && outcome.figure().peer() != null;
            row(
                    text,
                    first ? outcome.figure().title() + ", " + outcome.figure().unit() : "",
                    entry.getKey(),
                    Integer.toString(statistics.count()),
                    spread(statistics),
                    Numbers.of(statistics.p99()),
                    showsRatio
                            ? outcome.judged()
                                    .map(found -> spread(found) + " " + outcome.unit())
                                    .orElse("")
                            : "");
            first = false;
        }
    }

    private static String spread(Statistics statistics) {
        return "%s (%s to %s)"
                .formatted(
                        Numbers.of(statistics.median()),
                        Numbers.of(statistics.least()),
                        Numbers.of(statistics.most()));
    }

    private static void machine(List<Document> documents, StringBuilder text) {
        text.append(
                "\n## Where and when\n\n| experiment | scale | began | minutes | machine |\n|---|---|---|---|---|\n");
        List<Map<String, String>> machines =
                documents.stream().map(Document::machine).distinct().toList();
        for (Document document : documents) {
            row(
                    text,
                    document.experiment(),
                    document.scale(),
                    document.began(),
                    Numbers.of(document.seconds() / 60.0),
                    Integer.toString(machines.indexOf(document.machine()) + 1));
        }
        for (int i = 0; i < machines.size(); i++) {
            text.append("\nMachine %d: ".formatted(i + 1))
                    .append(
                            machines.get(i).entrySet().stream()
                                    .map(fact -> fact.getKey() + " " + fact.getValue())
                                    .collect(Collectors.joining("; ", "", ".\n")));
        }
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
}
