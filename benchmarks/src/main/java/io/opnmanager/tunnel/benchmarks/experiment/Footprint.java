package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Scale;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.site.FirstCall;
import io.opnmanager.tunnel.benchmarks.site.Installed;
import io.opnmanager.tunnel.benchmarks.site.Installed.Kind;
import io.opnmanager.tunnel.benchmarks.site.Installed.Service;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.benchmarks.site.StartedBroker;
import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.TunnelAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Start-up, memory and processor time of the programs as the packages of this build start them,
 * with and without their ahead-of-time caches, and of native executables where there are some.
 */
public final class Footprint implements Experiment {

    private static final Duration STARTED_WITHIN = Duration.ofSeconds(90);

    /** After a start the JVM still compiles and gives memory back every 5 s. */
    private static final Duration SETTLED = Duration.ofSeconds(12);

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double PERCENT = 100;
    private static final double BYTES_PER_MB = 1e6;
    private static final double BYTES_PER_MIB = 1 << 20;

    /**
     * What was promised of one program.
     *
     * @param program of which package
     * @param what the end of its start is
     * @param startJvm milliseconds with a cache
     * @param startNative milliseconds
     * @param memoryJvm MB resident
     * @param memoryNative MB resident
     */
    private record Promise(
            Service program,
            String what,
            double startJvm,
            double startNative,
            double memoryJvm,
            double memoryNative) {

        Figure start(Kind kind) {
            return figure(kind, "start", "start to " + what, "ms")
                    .promised(
                            Target.atMost(
                                    switch (kind) {
                                        case CACHED, UNCACHED -> startJvm;
                                        case NATIVE -> startNative;
                                    }));
        }

        Figure memory(Kind kind) {
            return figure(kind, "memory", "resident memory, idle", "MB")
                    .promised(
                            Target.atMost(
                                    switch (kind) {
                                        case CACHED, UNCACHED -> memoryJvm;
                                        case NATIVE -> memoryNative;
                                    }));
        }

        Figure cpu(Kind kind) {
            return figure(kind, "cpu", "processor time, idle", "% of a core")
                    .promised(Target.atMost(IDLE_PERCENT));
        }

        private Figure figure(Kind kind, String name, String title, String unit) {
            boolean executable = kind == Kind.NATIVE;
            return Figure.of(
                    program.component() + (executable ? "-native-" : "-") + name,
                    program.component() + (executable ? ", native: " : ": ") + title,
                    unit);
        }
    }

    private static final double IDLE_PERCENT = 0.1;
    private static final Promise AGENT =
            new Promise(Service.AGENT, "first check-in", 700, 50, 90, 40);
    private static final Promise QUICKCONNECT =
            new Promise(Service.QUICKCONNECT_AGENT, "first check", 700, 50, 70, 30);
    private static final double NO_PROMISE = Double.NaN;
    private static final Promise BROKER =
            new Promise(Service.BROKER, "ready", 4_000, 500, NO_PROMISE, NO_PROMISE);

    @Override
    public String name() {
        return "footprint";
    }

    @Override
    public String question() {
        return "How soon are the installed programs there, and what do they take while nothing is to be done?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        Site site = Ways.started(bench).site();
        TunnelAgent enrolled = site.enrol("idle", "127.0.0.1:9");
        Installed installed = Installed.prepare(bench::say);
        for (Service one : Service.values()) {
            bench.setting(
                    one.component() + " cache",
                    String.format(
                            Locale.ROOT, "%.0f MB", installed.cacheBytes(one) / BYTES_PER_MB));
            bench.setting(one.component() + " options", installed.options(one));
        }

        List<Idle> idle = new ArrayList<>();
        for (Kind kind : installed.kinds()) {
            if (kind != Kind.UNCACHED) {
                Path work = bench.folder().resolve("idle-" + kind);
                Path state = enrolled.twin(work).stateFolder();
                for (Promise promise : List.of(AGENT, QUICKCONNECT)) {
                    Program program =
                            bench.own(
                                    installed.start(
                                            kind,
                                            promise.program(),
                                            work,
                                            promise.program().runs(),
                                            promise.program().states(state)));
                    idle.add(new Idle(promise, kind, program));
                }
            }
        }
        Path starting = enrolled.twin(bench.folder().resolve("starting")).stateFolder();
        try (FirstCall broker = FirstCall.listen(site.broker().certificates())) {
            bench.alternate(agents(bench, installed, AGENT, broker, starting));
            bench.alternate(agents(bench, installed, QUICKCONNECT, broker, starting));
        }
        // Meanwhile the others have nothing to do.
        rest(bench, idle, () -> brokers(bench, installed, site));
    }

    /** What the caches spare is not asked for when there is little time. */
    private static List<Kind> kinds(Bench bench, Installed installed) throws IOException {
        return installed.kinds().stream()
                .filter(kind -> kind != Kind.UNCACHED || !bench.scale().equals(Scale.QUICK))
                .toList();
    }

    /** The same program in each way of starting it. */
    private static List<Contender> agents(
            Bench bench, Installed installed, Promise promise, FirstCall broker, Path state)
            throws IOException {
        Path folder = bench.folder().resolve("starts");
        return kinds(bench, installed).stream()
                .map(kind ->
                        new Contender(
                                contender(kind),
                                sheet -> {
                                    broker.forget();
                                    long from = System.nanoTime();
                                    try (Program _ =
                                            installed.start(
                                                    kind,
                                                    promise.program(),
                                                    folder,
                                                    promise.program().asksAtOnce(),
                                                    promise.program()
                                                            .states(state, broker.uri()))) {
                                        sheet.note(
                                                promise.start(kind),
                                                (broker.await(STARTED_WITHIN) - from)
                                                        / NANOS_PER_MILLI);
                                    }
                                }))
                .toList();
    }

    private static String contender(Kind kind) {
        return switch (kind) {
            case CACHED, NATIVE -> Figure.OURS;
            case UNCACHED -> "without-cache";
        };
    }

    /** A program that has nothing to do. */
    private record Idle(Promise promise, Kind kind, Program program) {
        Processes processes() {
            return Processes.of(program.pid());
        }
    }

    /** What is done while others are idle. */
    @FunctionalInterface
    private interface Meanwhile {
        void run() throws Exception;
    }

    private static void rest(Bench bench, List<Idle> idle, Meanwhile meanwhile) throws Exception {
        boolean quick = bench.scale().equals(Scale.QUICK);
        Duration time = quick ? Duration.ofSeconds(20) : Duration.ofMinutes(5);
        Thread.sleep(quick ? Duration.ofSeconds(1) : SETTLED);
        long from = System.nanoTime();
        List<Double> before = new ArrayList<>();
        for (Idle one : idle) {
            before.add(one.processes().cpuSeconds());
        }
        meanwhile.run();
        bench.say("what the idle ones take");
        int samples = bench.scale().rounds();
        for (int sample = samples; sample > 0; sample--) {
            long left = Math.max(0, time.toNanos() - (System.nanoTime() - from));
            Thread.sleep(Duration.ofNanos(left / sample));
            for (Idle one : idle) {
                if (!one.program().isAlive()) {
                    throw new IOException("ended while idle: " + one.program().output());
                }
                bench.note(
                        one.promise().memory(one.kind()),
                        Figure.OURS,
                        one.processes().residentMib() * BYTES_PER_MIB / BYTES_PER_MB);
            }
        }
        double seconds = (System.nanoTime() - from) / NANOS_PER_SECOND;
        for (int at = 0; at < idle.size(); at++) {
            Idle one = idle.get(at);
            double used = one.processes().cpuSeconds() - before.get(at);
            bench.note(one.promise().cpu(one.kind()), Figure.OURS, PERCENT * used / seconds);
        }
    }

    private static void brokers(Bench bench, Installed installed, Site site) throws Exception {
        StartedBroker broker =
                StartedBroker.prepare(
                        bench.folder().resolve("starting-broker"), installed, site.broker());
        bench.say("a first start, which makes the tables");
        broker.start(Kind.CACHED).close();
        int rounds = bench.scale().equals(Scale.QUICK) ? 2 : bench.scale().rounds();
        for (int round = 0; round < rounds; round++) {
            for (Kind kind : kinds(bench, installed)) {
                bench.say("broker, start %d of %d: %s".formatted(round + 1, rounds, kind));
                try (StartedBroker.Running running = broker.start(kind)) {
                    bench.note(BROKER.start(kind), contender(kind), running.millis());
                }
            }
        }
    }
}
