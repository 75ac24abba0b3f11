package io.opnmanager.tunnel.demo;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program as its own process, its output in a log file of its folder. Closing ends it and
 * everything that it started.
 */
public final class Program implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final Duration AFTER_KILL = Duration.ofSeconds(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final int LAST_LINES = 15;

    private final String name;
    private final Path log;
    private final Process process;

    private Program(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** Starts any command; {@code environment} is added to ours. */
    public static Program start(
            String name, Path folder, List<String> command, Map<String, String> environment)
            throws IOException {
        PrivateFile.folder(folder);
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        return new Program(name, log, builder.start());
    }

    /**
     * Starts one of the product's own programs, as {@link Programs} says; it writes nothing outside
     * its folder.
     *
     * @param module its folder in the sources
     */
    static Program ofModule(
            String name,
            Path folder,
            String module,
            Programs.Start start,
            Map<String, String> environment)
            throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("java.io.tmpdir", PrivateFile.folder(folder.resolve("tmp")).toString());
        properties.putAll(start.properties());
        List<String> command =
                Programs.wanted()
                        .command(
                                ProjectRoot.path().resolve(module),
                                new Programs.Start(
                                        start.prefix(),
                                        start.flags(),
                                        properties,
                                        start.arguments()));
        return start(name, folder, command, environment);
    }

    /** A condition that is looked at again and again. */
    @FunctionalInterface
    public interface Condition {
        /** Whether it holds now. */
        boolean holds() throws IOException, InterruptedException;
    }

    /**
     * Waits until it is ready.
     *
     * @throws IllegalStateException with the end of its log, when it ends before or the time is
     *     over
     */
    public void awaitReady(Duration limit, Condition ready)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ready.holds()) {
            if (!process.isAlive()) {
                throw new IllegalStateException(
                        name + " ended with " + process.exitValue() + " instead:\n" + lastLines());
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        name + " was not ready within " + limit + ":\n" + lastLines());
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    /**
     * Waits until it has ended by itself.
     *
     * @return its exit code
     * @throws IllegalStateException when it still runs
     */
    public int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IllegalStateException(
                    name + " still ran after " + limit + ":\n" + lastLines());
        }
        return process.exitValue();
    }

    /** Whether it runs; a frozen one does. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Where its output goes. */
    public Path log() {
        return log;
    }

    /** All its output so far. */
    public String output() throws IOException {
        return Files.readString(log);
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(
                            "\n",
                            lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()))
                    + "\n(all of it: "
                    + log
                    + ")";
        } catch (IOException e) {
            return "(its log cannot be read: " + e.getMessage() + ")";
        }
    }

    /** SIGTERM, and SIGKILL when that does not help in time. */
    public void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
    }

    /** SIGTERM alone, without waiting. */
    public void askToEnd() {
        process.destroy();
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(AFTER_KILL.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(name + " survived SIGKILL, process " + pid());
        }
    }

    /** SIGSTOP: it holds everything and does nothing. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Sends it a signal, for example {@code INT}. */
    public void signal(String signal) throws IOException, InterruptedException {
        // The shell's own kill: the program of that name is not on every machine.
        Process kill =
                new ProcessBuilder("sh", "-c", "kill -s \"$1\" \"$2\"", "sh", signal, pid() + "")
                        .inheritIO()
                        .start();
        if (!kill.waitFor(AFTER_KILL.toMillis(), TimeUnit.MILLISECONDS) || kill.exitValue() != 0) {
            throw new IOException(name + " could not be sent SIG" + signal);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        try {
            // Without it a frozen one would never see the SIGTERM.
            if (process.isAlive()) {
                thaw();
            }
            terminate();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            process.destroyForcibly();
        } finally {
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
