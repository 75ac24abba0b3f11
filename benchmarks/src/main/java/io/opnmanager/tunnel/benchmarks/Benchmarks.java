package io.opnmanager.tunnel.benchmarks;

import io.opnmanager.tunnel.benchmarks.experiment.Browser;
import io.opnmanager.tunnel.benchmarks.experiment.ConnectionRate;
import io.opnmanager.tunnel.benchmarks.experiment.Distance;
import io.opnmanager.tunnel.benchmarks.experiment.Footprint;
import io.opnmanager.tunnel.benchmarks.experiment.Gateway;
import io.opnmanager.tunnel.benchmarks.experiment.IdleFleet;
import io.opnmanager.tunnel.benchmarks.experiment.ManyTunnels;
import io.opnmanager.tunnel.benchmarks.experiment.Polls;
import io.opnmanager.tunnel.benchmarks.experiment.RequestLatency;
import io.opnmanager.tunnel.benchmarks.experiment.SetUp;
import io.opnmanager.tunnel.benchmarks.experiment.Soak;
import io.opnmanager.tunnel.benchmarks.experiment.Throughput;
import io.opnmanager.tunnel.benchmarks.machine.Machine;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Progress;
import io.opnmanager.tunnel.benchmarks.measure.Results;
import io.opnmanager.tunnel.benchmarks.measure.Shared;
import io.opnmanager.tunnel.benchmarks.report.Report;
import io.opnmanager.tunnel.benchmarks.site.Installed;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The command behind {@code run.sh}; {@code --help} says what it does. */
public final class Benchmarks {

    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final Path RUN = ProjectRoot.path().resolve("benchmarks/target/run");

    /** In the order of the document. */
    private static final List<Experiment> ALL =
            List.of(
                    new SetUp(),
                    new Throughput(),
                    new ConnectionRate(),
                    new RequestLatency(),
                    new Browser(),
                    new Gateway(),
                    new Polls(),
                    new ManyTunnels(),
                    new Footprint(),
                    new Soak(),
                    new Distance(),
                    new IdleFleet());

    private final Options options;
    private final PrintStream out;
    private final Progress progress;

    private Benchmarks(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.progress = new Progress(out);
    }

    public static void main(String... words) throws Exception {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Options options;
        try {
            options = Options.of(ProjectRoot.path(), words);
            check(options.only());
        } catch (IllegalArgumentException e) {
            System.err.println(
                    "benchmarks: " + e.getMessage() + "; see ./benchmarks/run.sh --help");
            System.exit(USAGE);
            return;
        }
        // Whoever is told to stop in the middle leaves none of what was started.
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() ->
                                ProcessHandle.current()
                                        .descendants()
                                        .forEach(ProcessHandle::destroyForcibly)));
        System.exit(new Benchmarks(options, out).run() ? 0 : FAILED);
    }

    /** Of all experiments, in the order of the document. */
    public static List<String> names() {
        return ALL.stream().map(Experiment::name).toList();
    }

    private static void check(List<String> only) {
        List<String> known = names();
        for (String name : only) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "there is no experiment %s; there are %s".formatted(name, known));
            }
        }
    }

    private boolean run() throws Exception {
        return switch (options.mode()) {
            case HELP -> {
                out.print(Options.HELP);
                yield true;
            }
            case LIST -> {
                ALL.forEach(one -> out.printf("%-22s %s%n", one.name(), one.question()));
                yield true;
            }
            case REPORT -> {
                report();
                yield true;
            }
            case MEASURE -> {
                boolean whole = measure();
                report();
                yield whole;
            }
        };
    }

    private boolean measure() throws Exception {
        Map<String, String> machine = Machine.facts();
        machine.forEach((fact, value) -> progress.say(fact + ": " + value));
        var _ = Installed.prepare(progress::say);
        boolean whole = true;
        try (Shared shared = new Shared(RUN.resolve("shared"), progress)) {
            for (Experiment experiment : ALL) {
                if (options.only().isEmpty() || options.only().contains(experiment.name())) {
                    if (experiment.alone()) {
                        shared.end();
                    }
                    whole &= measure(experiment, machine, shared);
                }
            }
        }
        return whole;
    }

    private boolean measure(Experiment experiment, Map<String, String> machine, Shared shared)
            throws Exception {
        progress.begin(experiment.name());
        progress.say(experiment.question());
        Results results = new Results(experiment, options.scale(), machine);
        Path folder = RUN.resolve(experiment.name());
        @Nullable String failure = null;
        try (Bench bench = new Bench(options.scale(), folder, progress, results, shared)) {
            experiment.run(bench);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | AssertionError e) {
            failure = e.toString();
            progress.say("failed: " + failure);
        }
        results.write(
                options.output().resolve("benchmarks").resolve(experiment.name() + ".json"),
                failure);
        return failure == null;
    }

    private void report() throws IOException {
        progress.begin("report");
        Path written = new Report(options.output()).write(names());
        progress.say("written: " + written);
    }
}
