package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.experiment.Ways.Way;
import io.opnmanager.tunnel.benchmarks.load.Bulk;
import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Bytes a second through a tunnel, and what they cost at both of its ends. */
public final class Throughput implements Experiment {

    private static final int EIGHT = 8;
    private static final long MIB = 1024 * 1024;
    private static final double GIB = 1024.0 * MIB;
    private static final double MB = 1e6;
    private static final double FASTER = 1.25;
    private static final long WARM_BYTES = 64 * MIB;

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public String question() {
        return "How many bytes a second go through a tunnel, one stream and eight, each way, and"
                + " how much processor time of both ends does a GiB take?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        Ways ways = Ways.open(bench);
        for (Direction direction : Direction.values()) {
            for (int streams : List.of(1, EIGHT)) {
                measure(bench, ways, direction, streams);
            }
        }
    }

    private static void measure(Bench bench, Ways ways, Direction direction, int streams)
            throws Exception {
        String name = direction.name().toLowerCase(Locale.ROOT) + "-" + streams;
        String title = (streams == 1 ? "one stream " : "eight streams ") + name.split("-", 2)[0];
        Figure speed =
                Figure.of(name, title, "MB/s")
                        .against(Ways.OPENSSH)
                        .promised(Target.atLeast(FASTER));
        Figure cost =
                Figure.of("cpu-" + name, "processor time, " + title, "s/GiB")
                        .against(Ways.OPENSSH)
                        .promised(Target.atMost(1.0));
        bench.say(title + ": warms up");
        long bytes = 0;
        for (Way way : ways.all()) {
            double rate = warmUp(way.entry(), direction, streams, bench.scale().warmUp());
            if (way.name().equals(Ways.OPENSSH)) {
                bytes = wholeMib(rate, bench.scale().sample(), streams);
            }
        }
        bench.setting(title, "%d MiB a sample, the same for all".formatted(bytes / MIB));
        long sample = bytes;
        Ways.alternate(
                bench,
                ways.all(),
                (way, sheet) -> {
                    Processes ends = way.ends();
                    double before = ends == null ? 0 : ends.cpuSeconds();
                    double rate = Bulk.run(way.entry(), direction, streams, sample);
                    sheet.note(speed, rate / MB);
                    if (ends != null) {
                        sheet.note(cost, (ends.cpuSeconds() - before) * GIB / sample);
                    }
                });
    }

    /** The speed of the last bytes. */
    private static double warmUp(
            InetSocketAddress to, Direction direction, int streams, Duration time)
            throws Exception {
        long until = System.nanoTime() + time.toNanos();
        double rate;
        do {
            rate = Bulk.run(to, direction, streams, WARM_BYTES);
        } while (System.nanoTime() < until);
        return rate;
    }

    /** What goes through in one sample at this speed, a whole number of MiB a stream. */
    static long wholeMib(double bytesPerSecond, Duration sample, int streams) {
        double bytes = bytesPerSecond * sample.toNanos() / Duration.ofSeconds(1).toNanos();
        return Math.max(1, Math.round(bytes / MIB / streams)) * streams * MIB;
    }
}
