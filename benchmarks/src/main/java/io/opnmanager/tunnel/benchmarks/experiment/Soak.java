package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Bulk;
import io.opnmanager.tunnel.benchmarks.load.Connections;
import io.opnmanager.tunnel.benchmarks.load.TargetProgram;
import io.opnmanager.tunnel.benchmarks.machine.LiveHeap;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.Loopback;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Tunnels that come and go for a long time, with traffic, and an agent that is killed now and then.
 * What grew meanwhile would grow for ever.
 */
public final class Soak implements Experiment {

    private static final long BYTES = 4L << 20;
    private static final double BYTES_PER_MIB = 1 << 20;
    private static final int CLIENTS = 4;
    private static final Duration SHORT_ONES = Duration.ofMillis(200);

    /** Every so many turns one agent is killed without a word. */
    private static final int KILLED_EVERY = 12;

    /** For a sample they stand still. */
    private static final int SAMPLED_EVERY = 3;

    private static final Duration SAID_EVERY = Duration.ofMinutes(1);

    /** Warm-up: a part of the whole time. */
    private static final int WARM_UP_PART = 5;

    /** Longer than drain and quarantine, and than what a closed line needs. */
    private static final Duration REST = Duration.ofSeconds(5);

    private static final int QUARTERS = 4;

    private static final Target FLAT = Target.atMost(1.1);
    private static final Target NONE = Target.atMost(0);

    private static final Figure TURNS =
            Figure.of("turns", "tunnels opened, used and closed", "tunnels");
    private static final Figure KILLS = Figure.of("kills", "agents killed", "agents");
    private static final Figure LISTENERS =
            Figure.of("listeners-left", "listeners of tunnels left over", "listeners")
                    .promised(NONE);

    @Override
    public String name() {
        return "soak";
    }

    @Override
    public String question() {
        return "Does anything grow or stay behind while tunnels come and go?";
    }

    /** One process, what of it was seen, and what it had before. */
    private static final class Watched {
        private final String name;
        private final long pid;
        private final List<Double> memory = new ArrayList<>();
        private long threads;
        private long descriptors;

        Watched(String name, long pid) {
            this.name = name;
            this.pid = pid;
        }

        void begin() throws IOException, InterruptedException {
            // To answer the first question a JVM opens a thread and a descriptor for all others.
            var _ = LiveHeap.withAllBeside(pid);
            threads = Processes.of(pid).threads();
            descriptors = Processes.of(pid).descriptors();
        }

        void sample() throws IOException, InterruptedException {
            memory.add(LiveHeap.withAllBeside(pid) / BYTES_PER_MIB);
        }

        void end(Bench bench) throws IOException {
            int quarter = memory.size() / QUARTERS;
            bench.note(
                    Figure.of(
                                    name + "-memory-growth",
                                    name + ": memory, last quarter against first",
                                    "x")
                            .promised(FLAT),
                    Figure.OURS,
                    median(memory.subList(memory.size() - quarter, memory.size()))
                            / median(memory.subList(0, quarter)));
            bench.note(
                    Figure.of(name + "-threads-left", name + ": threads left over", "threads")
                            .promised(NONE),
                    Figure.OURS,
                    (double) (Processes.of(pid).threads() - threads));
            bench.note(
                    Figure.of(
                                    name + "-descriptors-left",
                                    name + ": descriptors left over",
                                    "descriptors")
                            .promised(NONE),
                    Figure.OURS,
                    (double) (Processes.of(pid).descriptors() - descriptors));
            Figure held =
                    Figure.of(
                            name + "-memory",
                            name + ": live heap, and what is resident beside it",
                            "MiB");
            memory.forEach(sample -> bench.note(held, Figure.OURS, sample));
        }

        private static double median(List<Double> samples) {
            List<Double> sorted = samples.stream().sorted().toList();
            return sorted.get(sorted.size() / 2);
        }
    }

    @Override
    public void run(Bench bench) throws Exception {
        TargetProgram target = bench.own(TargetProgram.start(bench.folder().resolve("target")));
        Site site = Ways.started(bench).site();
        String ending = "127.0.0.1:" + target.address().getPort();
        Site.Firewall steady = site.addFirewall("steady", ending);
        Site.Firewall killed = site.addFirewall("killed", ending);
        List<Watched> watched =
                List.of(
                        new Watched("broker", site.broker().program().pid()),
                        new Watched("agent", steady.agent().program().pid()),
                        new Watched("quickconnect-agent", steady.quickconnect().program().pid()));
        Churn churn = new Churn(bench, site, steady, killed);

        Duration whole = bench.scale().soak().minus(REST.multipliedBy(2));
        Duration warmUp = whole.dividedBy(WARM_UP_PART);
        bench.say("warming up");
        churn.go(warmUp, List.of());
        Thread.sleep(REST);
        for (Watched one : watched) {
            one.begin();
        }
        int listeners = Loopback.listeners(Ways.FIRST_PORT, Ways.LAST_PORT).size();

        churn.go(whole.minus(warmUp), watched);
        Thread.sleep(REST);

        for (Watched one : watched) {
            one.end(bench);
        }
        bench.note(
                LISTENERS,
                Figure.OURS,
                Loopback.listeners(Ways.FIRST_PORT, Ways.LAST_PORT).size() - listeners);
        bench.note(TURNS, Figure.OURS, churn.turns);
        bench.note(KILLS, Figure.OURS, churn.kills);
    }

    /** Opens, uses and closes, one firewall after the other. */
    private static final class Churn {
        private final Bench bench;
        private final Site site;
        private final Site.Firewall steady;
        private final Site.Firewall killed;
        private int turns;
        private int kills;

        Churn(Bench bench, Site site, Site.Firewall steady, Site.Firewall killed) {
            this.bench = bench;
            this.site = site;
            this.steady = steady;
            this.killed = killed;
        }

        void go(Duration time, List<Watched> watched) throws Exception {
            long begin = System.nanoTime();
            long said = begin;
            while (System.nanoTime() - begin < time.toNanos()) {
                turn(turns % 2 == 0 ? steady : killed);
                turns++;
                if (turns % KILLED_EVERY == 0) {
                    kill();
                }
                if (turns % SAMPLED_EVERY == 0) {
                    for (Watched one : watched) {
                        one.sample();
                    }
                }
                if (System.nanoTime() - said >= SAID_EVERY.toNanos()) {
                    say();
                    said = System.nanoTime();
                }
            }
            say();
        }

        private void say() {
            bench.say("%d tunnels so far, %d agents killed".formatted(turns, kills));
        }

        private void turn(Site.Firewall firewall) throws IOException, InterruptedException {
            Site.Tunnel tunnel = site.open(firewall);
            InetSocketAddress to =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), tunnel.port());
            for (Bulk.Direction direction : Bulk.Direction.values()) {
                var _ = Bulk.run(to, direction, 2, BYTES);
            }
            var _ = Connections.run(to, Connections.Closer.CLIENT, CLIENTS, SHORT_ONES);
            site.operator().close(tunnel.request());
        }

        /** With a tunnel open, whose listener has to go by itself. */
        private void kill() throws IOException, InterruptedException {
            var _ = site.open(killed);
            killed.agent().program().kill();
            kills++;
            killed.agent().start();
        }
    }
}
