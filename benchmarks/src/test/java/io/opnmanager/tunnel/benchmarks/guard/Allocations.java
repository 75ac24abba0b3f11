package io.opnmanager.tunnel.benchmarks.guard;

import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Bytes that the threads of another JVM allocate on their heap, from now to {@link #stop}, as its
 * flight recorder counts them. It is told over the JVM's attach socket: no port is opened.
 */
final class Allocations {

    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
    private static final String EVENT = "jdk.ThreadAllocationStatistics";

    private final Path folder;
    private final long pid;

    private Allocations(Path folder, long pid) {
        this.folder = folder;
        this.pid = pid;
    }

    static Allocations start(Path folder, long pid) throws IOException, InterruptedException {
        Allocations counted = new Allocations(folder, pid);
        counted.tell(
                "JFR.start",
                "name=guard",
                "settings=none",
                "+" + EVENT + "#enabled=true",
                "+" + EVENT + "#period=everyChunk");
        return counted;
    }

    /** Bytes since the start; without what the recorder itself took. */
    long stop() throws IOException, InterruptedException {
        Path file = folder.resolve("allocations-%d.jfr".formatted(pid));
        tell("JFR.stop", "name=guard", "filename=" + file);
        Map<Long, Long> first = new HashMap<>();
        Map<Long, Long> last = new HashMap<>();
        List<RecordedEvent> events = new ArrayList<>(RecordingFile.readAllEvents(file));
        // Some programs have events of their own that nobody can leave out.
        events.removeIf(event -> !event.getEventType().getName().equals(EVENT));
        events.sort((one, other) -> one.getStartTime().compareTo(other.getStartTime()));
        if (events.isEmpty()) {
            throw new IOException("wanted %s in %s, found none".formatted(EVENT, file));
        }
        var begin = events.getFirst().getStartTime();
        for (RecordedEvent event : events) {
            RecordedThread thread = event.getThread("thread");
            if (thread == null || isRecorder(String.valueOf(thread.getJavaName()))) {
                continue;
            }
            long bytes = event.getLong("allocated");
            // A thread that came later began with nothing.
            boolean atBegin =
                    Duration.between(begin, event.getStartTime()).compareTo(Duration.ofMillis(50))
                            < 0;
            first.putIfAbsent(thread.getId(), atBegin ? bytes : 0);
            last.put(thread.getId(), bytes);
        }
        long sum = 0;
        for (Map.Entry<Long, Long> thread : last.entrySet()) {
            sum += thread.getValue() - first.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private static boolean isRecorder(String thread) {
        return thread.startsWith("JFR") || thread.equals("Attach Listener");
    }

    private void tell(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        command.add(Long.toString(pid));
        command.addAll(Arrays.asList(words));
        try (Program jcmd = Program.start("jcmd-" + words[0], folder, command, Map.of())) {
            int code = jcmd.awaitExit(ANSWERED_WITHIN);
            if (code != 0) {
                throw new IOException("jcmd ended with %d: %s".formatted(code, jcmd.output()));
            }
        }
    }
}
