package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Background;
import io.opnmanager.tunnel.benchmarks.load.Bulk.Direction;
import io.opnmanager.tunnel.benchmarks.load.Requests;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How long small requests take, alone and beside a stream that takes all it can get. */
public final class RequestLatency implements Experiment {

    private static final int CONNECTIONS = 16;
    private static final int SLOW = 100;
    private static final int USUAL = 1_000;
    private static final int FAST = 5_000;
    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final List<Double> PERCENTILES = List.of(P50, P99, 99.9);

    /** What must not be slower than the peer's, of each rate. */
    private static final Map<Integer, List<Double>> PROMISED =
            Map.of(SLOW, List.of(), USUAL, List.of(P50, P99), FAST, List.of(P99));

    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MB = 1e6;

    /** Until a stream beside has filled what it can fill. */
    private static final Duration FILLS = Duration.ofMillis(200);

    @Override
    public String name() {
        return "requests";
    }

    @Override
    public String question() {
        return "How long does a request take through a tunnel at 100, 1,000 and 5,000 a second, and"
                + " at 100 a second beside a bulk stream through the same tunnel?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        Ways ways = Ways.open(bench);
        bench.setting(
                "requests",
                "64 bytes and as many back over %d kept connections in turn, sent on schedule,"
                                .formatted(CONNECTIONS)
                        + " latency since each was due");
        bench.say("warms up");
        bench.warmUp(time -> {
            var _ = Requests.run(ways.ours().entry(), CONNECTIONS, FAST, time);
        });
        var _ = Requests.run(ways.openssh().entry(), CONNECTIONS, FAST, bench.scale().sample());
        for (int rate : List.of(SLOW, USUAL, FAST)) {
            bench.say(rate + " requests a second");
            Ways.alternate(
                    bench,
                    ways.measured(bench.scale()),
                    (way, sheet) ->
                            note(
                                    sheet,
                                    "at-" + rate,
                                    "%,d requests/s".formatted(rate),
                                    PROMISED.getOrDefault(rate, List.of()),
                                    Requests.run(
                                            way.entry(),
                                            CONNECTIONS,
                                            rate,
                                            rate == SLOW
                                                    ? bench.scale().sample()
                                                    : bench.scale().sample().multipliedBy(2))));
        }
        for (Direction direction : Direction.values()) {
            beside(bench, ways, direction);
        }
    }

    private static void beside(Bench bench, Ways ways, Direction direction) throws Exception {
        String way = direction.name().toLowerCase(Locale.ROOT);
        String title = "%d requests/s beside a stream %s".formatted(SLOW, way);
        Figure speed =
                Figure.of("stream-" + way, "the stream %s meanwhile".formatted(way), "MB/s")
                        .against(Ways.OPENSSH);
        bench.say(title);
        Ways.alternate(
                bench,
                ways.tunnels(),
                (contender, sheet) -> {
                    try (Background stream = Background.start(contender.entry(), direction)) {
                        Thread.sleep(FILLS);
                        long bytes = stream.bytes();
                        long begin = System.nanoTime();
                        Histogram latencies =
                                Requests.run(
                                        contender.entry(),
                                        CONNECTIONS,
                                        SLOW,
                                        bench.scale().sample());
                        double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
                        sheet.note(speed, (stream.bytes() - bytes) / MB / seconds);
                        note(sheet, "beside-" + way, title, List.of(), latencies);
                    }
                });
    }

    private static void note(
            Contender.Sheet sheet,
            String name,
            String title,
            List<Double> promised,
            Histogram latencies) {
        for (double percentile : PERCENTILES) {
            String which = "p" + Double.toString(percentile).replace(".0", "");
            Figure figure =
                    Figure.of(name + "-" + which, title + ", " + which, "µs").against(Ways.OPENSSH);
            sheet.note(
                    promised.contains(percentile) ? figure.promised(Target.atMost(1.0)) : figure,
                    latencies.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
        }
    }
}
