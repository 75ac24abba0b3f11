package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Connections;
import io.opnmanager.tunnel.benchmarks.load.Connections.Closer;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;

/** New connections through a tunnel that is up. */
public final class ConnectionRate implements Experiment {

    /** With so many the peer makes the 85 to 165 a second that the promise is about. */
    private static final int CLIENTS = 4;

    private static final double TIMES = 25;
    private static final double MILLIS_PER_SECOND = 1e3;

    private static final Figure CLIENT_CLOSES =
            Figure.of("client-closes", "new connections, the client closes first", "1/s")
                    .against(Ways.OPENSSH)
                    .promised(Target.atLeast(TIMES));

    private static final Figure TARGET_CLOSES =
            Figure.of("target-closes", "new connections, the target closes first", "1/s")
                    .against(Ways.OPENSSH);

    private static final Figure CLIENT_CLOSES_COST =
            Figure.of(
                            "cpu-client-closes",
                            "processor time of both ends, the client closes first",
                            "ms/connection")
                    .against(Ways.OPENSSH);

    private static final Figure TARGET_CLOSES_COST =
            Figure.of(
                            "cpu-target-closes",
                            "processor time of both ends, the target closes first",
                            "ms/connection")
                    .against(Ways.OPENSSH);

    @Override
    public String name() {
        return "connections";
    }

    @Override
    public String question() {
        return "How many new connections a second go through a live tunnel, each for one byte?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        Ways ways = Ways.open(bench);
        bench.setting("clients", "%d, each with one connection after the other".formatted(CLIENTS));
        bench.say("warms up");
        for (Closer closer : Closer.values()) {
            bench.warmUp(time -> {
                var _ = Connections.run(ways.ours().entry(), closer, CLIENTS, time);
            });
            var _ =
                    Connections.run(
                            ways.openssh().entry(), closer, CLIENTS, bench.scale().sample());
        }
        measure(bench, ways, CLIENT_CLOSES, CLIENT_CLOSES_COST, Closer.CLIENT);
        measure(bench, ways, TARGET_CLOSES, TARGET_CLOSES_COST, Closer.TARGET);
    }

    private static void measure(Bench bench, Ways ways, Figure rate, Figure cost, Closer closer)
            throws Exception {
        bench.say(rate.title());
        Ways.alternate(
                bench,
                ways.measured(bench.scale()),
                (way, sheet) -> {
                    Processes ends = way.ends();
                    double before = ends == null ? 0 : ends.cpuSeconds();
                    Connections.Made made =
                            Connections.run(way.entry(), closer, CLIENTS, bench.scale().sample());
                    sheet.note(rate, made.perSecond());
                    if (ends != null) {
                        double spent = ends.cpuSeconds() - before;
                        sheet.note(cost, spent * MILLIS_PER_SECOND / made.count());
                    }
                });
    }
}
