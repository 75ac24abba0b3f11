package io.opnmanager.tunnel.benchmarks.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The file {@code stat} of a process or a thread, {@code proc(5)}.
 *
 * @param name up to 15 characters
 * @param fields from its third one on
 */
record Stat(String name, List<String> fields) {

    /** {@code sysconf(_SC_CLK_TCK)}: 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_SECOND = 100;

    private static final Stat ENDED = new Stat("", List.of());
    private static final int FIRST_FIELD = 3;
    private static final int UTIME = 14;
    private static final int STIME = 15;
    private static final int CSTIME = 17;

    /** As they are. */
    Stat {
        fields = List.copyOf(fields);
    }

    /**
     * Reads it, without any time when it has ended meanwhile.
     *
     * @param folder of the process or thread in {@code /proc}
     */
    static Stat of(Path folder) throws IOException {
        String line = Proc.read(folder, "stat");
        if (line.isEmpty()) {
            return ENDED;
        }
        // The name may hold blanks and brackets.
        int end = line.lastIndexOf(')');
        return new Stat(
                line.substring(line.indexOf('(') + 1, end),
                List.of(line.substring(end + 2).split(" ", -1)));
    }

    /** Processor seconds, user's and kernel's. */
    double cpuSeconds() {
        return seconds(STIME);
    }

    /** The same with those of its children that ended and were waited for. */
    double cpuSecondsWithEnded() {
        return seconds(CSTIME);
    }

    private double seconds(int last) {
        double sum = 0;
        for (int field = UTIME; field <= last && field - FIRST_FIELD < fields.size(); field++) {
            sum += Long.parseLong(fields.get(field - FIRST_FIELD)) / TICKS_PER_SECOND;
        }
        return sum;
    }
}
