package io.opnmanager.tunnel.benchmarks.guard;

import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** System calls of a process and all its threads, from now to {@link #stop}; strace(1). */
final class SystemCalls {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Those that move bytes: how many there are follows from the sizes of buffers. */
    private static final Set<String> MOVING =
            Set.of(
                    "read",
                    "write",
                    "readv",
                    "writev",
                    "recvfrom",
                    "sendto",
                    "recvmsg",
                    "sendmsg",
                    "splice",
                    "sendfile");

    private final Path counts;
    private final Program strace;

    private SystemCalls(Path counts, Program strace) {
        this.counts = counts;
        this.strace = strace;
    }

    static SystemCalls start(Path folder, long pid) throws IOException, InterruptedException {
        Path counts = folder.resolve("strace-%d".formatted(System.nanoTime()));
        Program strace =
                Program.start(
                        "strace",
                        folder,
                        List.of(
                                "strace",
                                "-c",
                                "-f",
                                "-p",
                                Long.toString(pid),
                                "-o",
                                counts.toString()),
                        Map.of());
        strace.awaitReady(PATIENCE, () -> isTraced(pid));
        return new SystemCalls(counts, strace);
    }

    /** Every thread of it. */
    private static boolean isTraced(long pid) throws IOException {
        try (var tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("status")).contains("\nTracerPid:\t0\n")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** How many moved bytes. */
    long stop() throws IOException, InterruptedException {
        strace.signal("INT");
        var _ = strace.awaitExit(PATIENCE);
        long sum = 0;
        for (String line : Files.readAllLines(counts)) {
            String[] columns = line.strip().split("\\s+", -1);
            // % time, seconds, usecs/call, calls, perhaps errors, name
            if (columns.length >= 5 && MOVING.contains(columns[columns.length - 1])) {
                sum += Long.parseLong(columns[3]);
            }
        }
        if (sum == 0) {
            throw new IOException("strace counted nothing:\n" + Files.readString(counts));
        }
        return sum;
    }
}
