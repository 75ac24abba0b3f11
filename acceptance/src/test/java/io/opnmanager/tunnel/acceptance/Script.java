package io.opnmanager.tunnel.acceptance;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Puts programs in place, and runs them to their end. */
final class Script {

    private Script() {}

    /**
     * How it ended.
     *
     * @param code its exit code
     * @param output what it printed, errors too
     */
    record Ended(int code, String output) {}

    /**
     * Puts an executable file in place, its folder too. By a process of its own: what this one has
     * open for writing is inherited for a moment by whatever another thread starts, and until then
     * nobody can execute it ("Text file busy").
     */
    static void put(Path file, String text) throws IOException, InterruptedException {
        Path source = Files.createTempFile("program", ".sh");
        try {
            Files.writeString(source, text);
            Ended ended =
                    run(
                            Project.root(),
                            Map.of(),
                            Duration.ofSeconds(30),
                            List.of("install", "-D", "-m", "755", source + "", file + ""));
            if (ended.code() != 0) {
                throw new IOException(file + " cannot be put in place: " + ended.output());
            }
        } finally {
            Files.delete(source);
        }
    }

    /** Runs it in a folder, with these variables besides those of the test. */
    static Ended run(
            Path folder, Map<String, String> variables, Duration limit, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("script", ".log");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().putAll(variables);
            Process process = builder.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroy();
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
                throw new AssertionError(
                        command + " did not end in time: " + Files.readString(output));
            }
            return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
