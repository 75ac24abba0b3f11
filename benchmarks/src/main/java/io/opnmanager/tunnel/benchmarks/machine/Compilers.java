package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The compilers of this JVM and of all that it has started, HotSpot's two threads in each: what
 * they use of the processors tells whether code that runs is still being compiled.
 */
public final class Compilers {

    /** As the kernel cuts the names of these threads off. */
    private static final List<String> NAMES = List.of("C1 CompilerThre", "C2 CompilerThre");

    private final Map<Path, Double> before = new HashMap<>();

    /** From now on. */
    public static Compilers watch() throws IOException {
        Compilers compilers = new Compilers();
        var _ = compilers.seconds();
        return compilers;
    }

    private Compilers() {}

    /** Processor seconds since the last time it was asked. */
    public double seconds() throws IOException {
        double sum = 0;
        for (Path process : Processes.of(ProcessHandle.current().pid()).folders()) {
            for (Path thread : Proc.list(process, "task")) {
                sum += since(thread);
            }
        }
        return sum;
    }

    private double since(Path thread) throws IOException {
        Stat stat = Stat.of(thread);
        if (!NAMES.contains(stat.name())) {
            return 0;
        }
        double now = stat.cpuSeconds();
        double then = before.getOrDefault(thread, 0.0);
        before.put(thread, now);
        return now - then;
    }
}
