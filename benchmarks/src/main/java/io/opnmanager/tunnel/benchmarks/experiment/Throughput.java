package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Bulk;
import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

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

    /**
     * One way of moving bytes.
     *
     * @param direction of all streams
     * @param streams at once
     */
    private record Mode(Direction direction, int streams) {
        String name() {
            return direction.name().toLowerCase(Locale.ROOT) + "-" + streams;
        }

        String title() {
            return (streams == 1 ? "one stream " : "eight streams ")
                    + direction.name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public void run(Bench bench) throws Exception {
        List<Mode> modes =
                Stream.of(Direction.values())
                        .flatMap(direction ->
                                Stream.of(new Mode(direction, 1), new Mode(direction, EIGHT)))
                        .toList();
        Ways ways = Ways.open(bench);
        Map<Mode, Long> bytes = new HashMap<>();
        // All of it before any sample: what one mode warms serves the next.
        for (Mode mode : modes) {
            bench.say("warms up: " + mode.title());
            bench.warmUp(time -> {
                var _ = flow(ways.ours().entry(), mode, time);
            });
            long sample =
                    wholeMib(
                            flow(ways.openssh().entry(), mode, bench.scale().sample()),
                            bench.scale().sample(),
                            mode.streams());
            bytes.put(mode, sample);
            bench.setting(
                    mode.title(), "%d MiB a sample, the same for all".formatted(sample / MIB));
        }
        for (Mode mode : modes) {
            measure(bench, ways, mode, bytes.getOrDefault(mode, WARM_BYTES));
        }
    }

    private static void measure(Bench bench, Ways ways, Mode mode, long bytes) throws Exception {
        Figure speed =
                Figure.of(mode.name(), mode.title(), "MB/s")
                        .against(Ways.OPENSSH)
                        .promised(Target.atLeast(FASTER));
        Figure cost =
                Figure.of("cpu-" + mode.name(), "processor time, " + mode.title(), "s/GiB")
                        .against(Ways.OPENSSH)
                        .promised(Target.atMost(1.0));
        bench.say(mode.title());
        Ways.alternate(
                bench,
                ways.all(),
                (way, sheet) -> {
                    Processes ends = way.ends();
                    double before = ends == null ? 0 : ends.cpuSeconds();
                    double rate = Bulk.run(way.entry(), mode.direction(), mode.streams(), bytes);
                    sheet.note(speed, rate / MB);
                    if (ends != null) {
                        sheet.note(cost, (ends.cpuSeconds() - before) * GIB / bytes);
                    }
                });
    }

    /** The speed of the last bytes. */
    private static double flow(InetSocketAddress to, Mode mode, Duration time) throws Exception {
        long until = System.nanoTime() + time.toNanos();
        double rate;
        do {
            rate = Bulk.run(to, mode.direction(), mode.streams(), WARM_BYTES);
        } while (System.nanoTime() < until);
        return rate;
    }

    /** What goes through in one sample at this speed, a whole number of MiB a stream. */
    static long wholeMib(double bytesPerSecond, Duration sample, int streams) {
        double bytes = bytesPerSecond * sample.toNanos() / Duration.ofSeconds(1).toNanos();
        return Math.max(1, Math.round(bytes / MIB / streams)) * streams * MIB;
    }
}
