package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a JVM holds that is reachable, as its own collector counts it, and what beside that. */
public final class LiveHeap {

    private static final Pattern RESERVED =
            Pattern.compile("reserved .*\\[0x([0-9a-f]+), 0x([0-9a-f]+)\\)");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-[0-9a-f]+ ");
    private static final int HEXADECIMAL = 16;
    private static final long BYTES_PER_KIB = 1024;

    private LiveHeap() {}

    /**
     * Has the process collect everything and count what is left, in bytes. It stands still for it.
     *
     * @throws IOException when it is no JVM that can be asked
     */
    public static long bytes(long pid) throws IOException, InterruptedException {
        return asked(
                pid,
                "GC.class_histogram",
                said ->
                        said.filter(line -> line.startsWith("Total"))
                                .map(line -> Long.parseLong(line.strip().split("\\s+", -1)[2])));
    }

    /**
     * What it has in memory beside its heap, in bytes: code, threads, buffers. How much of the heap
     * itself was ever touched depends on what happened before, not on what it holds.
     *
     * @throws IOException when it is no JVM with the collector G1 that can be asked
     */
    public static long residentBeside(long pid) throws IOException, InterruptedException {
        MatchResult heap =
                asked(
                        pid,
                        "GC.heap_info",
                        said -> said.flatMap(line -> RESERVED.matcher(line).results()));
        long first = Long.parseUnsignedLong(heap.group(1), HEXADECIMAL);
        long end = Long.parseUnsignedLong(heap.group(2), HEXADECIMAL);
        long resident = 0;
        boolean beside = true;
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps"))) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.lookingAt()) {
                long address = Long.parseUnsignedLong(mapping.group(1), HEXADECIMAL);
                beside =
                        Long.compareUnsigned(address, first) < 0
                                || Long.compareUnsigned(address, end) >= 0;
            } else if (beside && line.startsWith("Rss:")) {
                resident += Long.parseLong(line.strip().split("\\s+", -1)[1]) * BYTES_PER_KIB;
            }
        }
        return resident;
    }

    private static <T> T asked(
            long pid, String question, Function<Stream<String>, Stream<T>> answer)
            throws IOException, InterruptedException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process =
                new ProcessBuilder(List.of(program, Long.toString(pid), question))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        return answer.apply(said.lines())
                .findFirst()
                .orElseThrow(() ->
                        new IOException(
                                "the process %d does not answer %s, jcmd ended with %d: %s"
                                        .formatted(pid, question, code, said)));
    }
}
