package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.experiment.Ways.Way;
import io.opnmanager.tunnel.benchmarks.load.Connections;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;

/** New connections through a tunnel that is up. */
public final class ConnectionRate implements Experiment {

    private static final int CLIENTS = 8;
    private static final double TIMES = 25;

    private static final Figure ALONE =
            Figure.of("one-client", "new connections, one client", "1/s").against(Ways.OPENSSH);

    private static final Figure TOGETHER =
            Figure.of("eight-clients", "new connections, eight clients", "1/s")
                    .against(Ways.OPENSSH)
                    .promised(Target.atLeast(TIMES));

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
        bench.setting("clients", "each makes one connection after the other");
        bench.say("warms up");
        for (Way way : ways.all()) {
            var _ = Connections.run(way.entry(), CLIENTS, bench.scale().warmUp());
        }
        measure(bench, ways, ALONE, 1);
        measure(bench, ways, TOGETHER, CLIENTS);
    }

    private static void measure(Bench bench, Ways ways, Figure figure, int clients)
            throws Exception {
        bench.say(figure.title());
        Ways.alternate(
                bench,
                ways.all(),
                (way, sheet) ->
                        sheet.note(
                                figure,
                                Connections.run(way.entry(), clients, bench.scale().sample())
                                        .perSecond()));
    }
}
