package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The demo's command: {@code --help} says what it does. */
public final class Demo {

    private static final Duration ENDED_WITHIN = Duration.ofSeconds(60);
    private static final Duration BUILT_AND_STARTED_WITHIN = Duration.ofMinutes(5);
    private static final int USAGE = 2;

    /** Ctrl-C: whatever fails from then on fails because of it. */
    private static volatile boolean ending;

    private final Options options;
    private final PrintStream out;
    private final Progress progress;

    private Demo(Options options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.progress = new Progress(out, options.json());
    }

    public static void main(String... words) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Options options;
        try {
            options = Options.of(words);
        } catch (IllegalArgumentException e) {
            System.err.println("demo: " + e.getMessage() + "; see ./demo.sh --help");
            System.exit(USAGE);
            return;
        }
        if (options.mode() == Options.Mode.HELP) {
            out.print(Options.HELP);
            return;
        }
        Thread main = Thread.currentThread();
        CountDownLatch ended = new CountDownLatch(1);
        // Ctrl-C only interrupts: the one thread that owns all parts ends them, in its own order.
        Thread interrupter =
                new Thread(
                        () -> {
                            ending = true;
                            main.interrupt();
                            awaitEnd(ended);
                        },
                        "demo-end");
        Runtime.getRuntime().addShutdownHook(interrupter);
        int code = new Demo(options, out).run();
        ended.countDown();
        System.exit(code);
    }

    private static void awaitEnd(CountDownLatch ended) {
        try {
            if (!ended.await(ENDED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                System.err.println("demo: not everything ended in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int run() {
        long begin = System.nanoTime();
        try {
            work();
            if (options.mode() == Options.Mode.ONCE) {
                progress.say(
                        String.format(
                                Locale.ROOT,
                                "all steps right, nothing left; %.1f s in all",
                                (System.nanoTime() - begin) / 1e9));
            }
            return finish(0, "");
        } catch (Exception e) {
            progress.say("");
            if (ending) {
                progress.say("ended; its files are in " + options.folder());
                return finish(1, "interrupted");
            }
            System.err.println("demo: FAILED at: " + progress.current());
            System.err.println("demo: " + e.getMessage());
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                System.err.println("demo: because: " + cause);
            }
            System.err.println("demo: the logs are below " + options.folder());
            return finish(1, String.valueOf(e.getMessage()));
        }
    }

    private int finish(int code, String failure) {
        if (options.json()) {
            progress.result().put("ok", code == 0);
            if (code != 0) {
                progress.result().put("failed_step", progress.current()).put("failure", failure);
            }
            out.println(progress.result().toPrettyString());
        }
        return code;
    }

    private void work() throws Exception {
        Installation installation = Installation.in(options.folder(), progress);
        try {
            switch (options.mode()) {
                case STAY -> stay(installation);
                case ONCE -> {
                    installation.start(options.firewalls());
                    new Walkthrough(installation, progress).run(options.repeat());
                }
                case DEVELOP -> develop(installation);
                case HELP -> out.print(Options.HELP);
            }
        } finally {
            // An interrupt asked for the end; it must not hurry the end itself.
            boolean interrupted = Thread.interrupted();
            installation.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (!installation.leftBehind().isEmpty()) {
            progress.at("stop everything");
            throw new IllegalStateException(
                    "wanted no process of ours, found " + installation.leftBehind());
        }
    }

    private void stay(Installation installation) throws Exception {
        installation.start(options.firewalls());
        introduce(installation);
        new CountDownLatch(1).await();
    }

    /** The broker is run by Maven, as someone who works on it would. */
    private void develop(Installation installation) throws Exception {
        Broker broker = installation.prepareBroker();
        List<String> command = new ArrayList<>();
        command.add(ProjectRoot.path().resolve("mvnw").toString());
        command.add("-pl");
        command.add("broker");
        command.add("quarkus:dev");
        broker.properties().forEach((key, value) -> command.add("-D" + key + "=" + value));
        progress.say(String.join(" \\\n    ", command));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(ProjectRoot.path().toFile()).inheritIO();
        builder.environment().putAll(broker.environment());
        Process maven = builder.start();
        try {
            broker.awaitForeign(BUILT_AND_STARTED_WITHIN);
            installation.joinFirewalls(options.firewalls());
            introduce(installation);
            maven.waitFor();
        } finally {
            List<ProcessHandle> descendants = maven.descendants().toList();
            maven.destroy();
            descendants.forEach(ProcessHandle::destroy);
        }
    }

    private void introduce(Installation installation) throws IOException {
        out.print(Introduction.of(installation));
    }
}
