package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What the kernel counts of processes and of what they started; {@code proc(5)}. */
public final class Processes {

    /** {@code sysconf(_SC_CLK_TCK)}: 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

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

    /**
     * Processor seconds so far, user's and kernel's, of those that ended and were waited for too.
     */
    public double cpuSeconds() throws IOException {
        double sum = 0;
        for (long pid : all().toArray()) {
            String stat = read(pid, "stat");
            if (!stat.isEmpty()) {
                // After the name, which may hold blanks: state is field 3, utime 14, to cstime 17.
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                for (int field = 14; field <= 17; field++) {
                    sum += Long.parseLong(fields[field - 3]) / TICKS_PER_SECOND;
                }
            }
        }
        return sum;
    }

    /** Resident memory in MiB. */
    public double residentMib() throws IOException {
        double sum = 0;
        for (long pid : all().toArray()) {
            sum += status(pid, "VmRSS") / KIB_PER_MIB;
        }
        return sum;
    }

    /** Threads. */
    public long threads() throws IOException {
        long sum = 0;
        for (long pid : all().toArray()) {
            sum += status(pid, "Threads");
        }
        return sum;
    }

    /** Open descriptors. */
    public long descriptors() throws IOException {
        long sum = 0;
        for (long pid : all().toArray()) {
            try (var files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
                sum += files.count();
            } catch (NoSuchFileException e) {
                // Ended meanwhile: it has none.
            }
        }
        return sum;
    }

    private static long status(long pid, String key) throws IOException {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    /** Empty when the process has ended meanwhile. */
    private static String read(long pid, String file) throws IOException {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (NoSuchFileException e) {
            return "";
        }
    }
}
