package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What a JVM holds that is reachable, as its own collector counts it. */
public final class LiveHeap {

    private LiveHeap() {}

    /**
     * Has the process collect everything and count what is left, in bytes. It stands still for it.
     *
     * @throws IOException when it is no JVM that can be asked
     */
    public static long bytes(long pid) throws IOException, InterruptedException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process =
                new ProcessBuilder(List.of(program, Long.toString(pid), "GC.class_histogram"))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        return said.lines()
                .filter(line -> line.startsWith("Total"))
                .map(line -> line.strip().split("\\s+"))
                .mapToLong(words -> Long.parseLong(words[2]))
                .findFirst()
                .orElseThrow(() ->
                        new IOException(
                                "the process %d does not tell its heap, jcmd ended with %d: %s"
                                        .formatted(pid, code, said)));
    }
}
