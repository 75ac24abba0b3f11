package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What the kernel counts of processes and of what they started; {@code proc(5)}. */
public final class Processes {

    private static final double KIB_PER_MIB = 1024;

    private final List<Long> pids;

    private Processes(List<Long> pids) {
        this.pids = List.copyOf(pids);
    }

    /** These and everything that they started. */
    public static Processes of(Long... pids) {
        return new Processes(List.of(pids));
    }

    private LongStream all() {
        return pids.stream()
                .flatMap(pid ->
                        ProcessHandle.of(pid).stream()
                                .flatMap(handle ->
                                        Stream.concat(Stream.of(handle), handle.descendants())))
                .mapToLong(ProcessHandle::pid);
    }

    /** Of each of them, in {@code /proc}. */
    List<Path> folders() {
        return all().mapToObj(Proc::folder).toList();
    }

    /**
     * Processor seconds so far, user's and kernel's, of those that ended and were waited for too.
     */
    public double cpuSeconds() throws IOException {
        double sum = 0;
        for (Path process : folders()) {
            sum += Stat.of(process).cpuSecondsWithEnded();
        }
        return sum;
    }

    /** Resident memory in MiB. */
    public double residentMib() throws IOException {
        double sum = 0;
        for (Path process : folders()) {
            sum += status(process, "VmRSS") / KIB_PER_MIB;
        }
        return sum;
    }

    /** Threads. */
    public long threads() throws IOException {
        long sum = 0;
        for (Path process : folders()) {
            sum += status(process, "Threads");
        }
        return sum;
    }

    /** Open descriptors. */
    public long descriptors() throws IOException {
        long sum = 0;
        for (Path process : folders()) {
            sum += Proc.list(process, "fd").size();
        }
        return sum;
    }

    /** Nothing when the process has ended meanwhile. */
    private static long status(Path process, String key) throws IOException {
        return Proc.read(process, "status")
                .lines()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
