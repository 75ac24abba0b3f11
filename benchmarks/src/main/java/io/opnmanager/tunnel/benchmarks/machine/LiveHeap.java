package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a JVM holds that is reachable, as its own collector counts it, and what beside that. */
public final class LiveHeap {

    private static final Pattern ADDRESS = Pattern.compile("0x([0-9a-f]{8,16})");
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
        return asked(pid, "GC.class_histogram")
                .filter(line -> line.startsWith("Total"))
                .map(line -> Long.parseLong(line.strip().split("\\s+", -1)[2]))
                .findFirst()
                .orElseThrow(() -> new IOException(pid + " does not tell what is in its heap"));
    }

    /**
     * What it holds, in bytes: {@link #bytes} of heap, and all that is resident beside the heap,
     * such as code, threads and buffers. How much of the heap itself was ever touched depends on
     * when the collector last ran, not on what is held.
     *
     * @throws IOException when it is no JVM that can be asked
     */
    public static long withAllBeside(long pid) throws IOException, InterruptedException {
        LongSummaryStatistics heap =
                asked(pid, "GC.heap_info")
                        .flatMap(line -> ADDRESS.matcher(line).results())
                        .mapToLong(found -> Long.parseLong(found.group(1), HEXADECIMAL))
                        .summaryStatistics();
        if (heap.getCount() == 0) {
            throw new IOException(pid + " does not tell where its heap is");
        }
        long resident = 0;
        boolean beside = true;
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps"))) {
            Matcher mapping = MAPPING.matcher(line);
            if (mapping.lookingAt()) {
                long address = Long.parseUnsignedLong(mapping.group(1), HEXADECIMAL);
                beside = address < heap.getMin() || address >= heap.getMax();
            } else if (beside && line.startsWith("Rss:")) {
                resident += Long.parseLong(line.strip().split("\\s+", -1)[1]) * BYTES_PER_KIB;
            }
        }
        return bytes(pid) + resident;
    }

    private static Stream<String> asked(long pid, String question)
            throws IOException, InterruptedException {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process process =
                new ProcessBuilder(List.of(program, Long.toString(pid), question))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException(
                    "the process %d does not answer %s, jcmd ended with %d: %s"
                            .formatted(pid, question, code, said));
        }
        return said.lines();
    }
}
