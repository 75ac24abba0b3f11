package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.fleet.Agents;
import io.opnmanager.tunnel.benchmarks.fleet.Beacon;
import io.opnmanager.tunnel.benchmarks.fleet.Manner;
import io.opnmanager.tunnel.benchmarks.fleet.Roster;
import io.opnmanager.tunnel.benchmarks.fleet.Tunnels;
import io.opnmanager.tunnel.benchmarks.machine.LiveHeap;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.site.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;

/** Thousands of enrolled firewalls that nobody connects to, and what they leave for one that is. */
public final class IdleFleet implements Experiment {

    private static final String WITHOUT = "without the others";
    private static final Figure HELD =
            Figure.of(
                            "resident-per-agent",
                            "broker's memory an idle agent: live heap, and what is resident beside it",
                            "KB")
                    .promised(Target.atMost(100));
    private static final Figure HEAP =
            Figure.of("heap-per-agent", "broker's live heap an idle agent", "KB")
                    .promised(Target.atMost(100));
    private static final Figure CPU =
            Figure.of(
                    "cpu-of-idle-fleet",
                    "broker's processor time while all are idle",
                    "% of a core");
    private static final Figure ACTIVE =
            Figure.of("click-to-active", "click to active for one of them", "ms")
                    .against(WITHOUT)
                    .promised(Target.atMost(1.2));
    private static final Figure RETURNED =
            Figure.of(
                    "return",
                    "from the broker's kill until every agent is back, start included",
                    "s");
    private static final Figure FAILED =
            Figure.of(
                            "failed-after-return",
                            "requests that could not be established afterwards",
                            "")
                    .promised(Target.atMost(0));

    private static final int CONNECTIONS = 2;
    private static final int OTHER_FILES = 1_000;
    private static final int WARM_UP_CLICKS = 2;

    /** One click a round for so much of a sample's time. */
    private static final int MILLIS_A_CLICK = 500;

    private static final int AFTERWARDS = 30;
    private static final int AFTERWARDS_PER_SECOND = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration IDLE = Duration.ofMillis(700);

    /** 10,000 within a minute, others in proportion; a broker's own start is the least. */
    private static final double AGENTS_PER_SECOND = 10_000 / 60.0;

    private static final double LEAST_SECONDS = 30;
    private static final String HEAP_LIMIT = "2g";
    private static final double BYTES_PER_KB = 1e3;

    /** For whoever lists the experiments. */
    public IdleFleet() {}

    @Override
    public String name() {
        return "fleet";
    }

    @Override
    public String question() {
        return "What do thousands of idle agents cost one broker, and how fast are they back after it was killed?";
    }

    /** With a broker that is killed. */
    @Override
    public boolean alone() {
        return true;
    }

    @Override
    public void run(Bench bench) throws Exception {
        Beacon beacon = bench.own(Beacon.start());
        Site site = bench.own(Site.start(bench.folder(), Map.of(), HEAP_LIMIT, false));
        Connection database = bench.own(site.broker().database().connect());
        Site.Firewall one = site.addFirewall("one", beacon.address());
        int count = count(bench);
        settings(bench, count);
        clicks(bench, site, database, one, WITHOUT);
        long pid = site.broker().program().pid();
        Roster roster = Roster.enrol(site.broker().database(), "idle", count, beacon.address());
        Thread.sleep(2_000);
        long heap = LiveHeap.bytes(pid);
        long held = LiveHeap.withAllBeside(pid);
        Tunnels tunnels =
                bench.own(
                        new Tunnels(
                                roster.key(),
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), site.broker().sshPort()),
                                beacon.address(),
                                Tunnels.KeyExchange.PREFERRED,
                                AFTERWARDS_PER_SECOND));
        Agents agents = bench.own(new Agents(site.broker(), tunnels));
        bench.say(count + " agents join");
        agents.start(roster.members(), Manner.HELD, PATIENCE);
        idle(bench, pid);
        // After a collection, as before: what it has not yet thrown away is not theirs.
        bench.note(HEAP, Figure.OURS, (LiveHeap.bytes(pid) - heap) / BYTES_PER_KB / count);
        bench.note(HELD, Figure.OURS, (LiveHeap.withAllBeside(pid) - held) / BYTES_PER_KB / count);
        bench.setting("broker's open files", Long.toString(Processes.of(pid).descriptors()));
        bench.setting("broker's threads", Long.toString(Processes.of(pid).threads()));
        clicks(bench, site, database, one, Figure.OURS);
        afterKill(bench, site, roster, agents, count);
    }

    /** As many as asked for, or as this process and the broker may have connections. */
    private static int count(Bench bench) throws IOException {
        long files =
                Files.readAllLines(Path.of("/proc/self/limits")).stream()
                        .filter(line -> line.startsWith("Max open files"))
                        .mapToLong(line -> Long.parseLong(line.split("\\s{2,}", -1)[2]))
                        .findFirst()
                        .orElse(Long.MAX_VALUE);
        int fits = (int) Math.min(Integer.MAX_VALUE, (files - OTHER_FILES) / CONNECTIONS);
        if (fits < bench.scale().agents()) {
            bench.setting(
                    "open files",
                    files + " may be open in a process here, which bounds the agents");
        }
        return Math.min(fits, bench.scale().agents());
    }

    private static void settings(Bench bench, int count) {
        bench.setting(
                "agents",
                count
                        + ", each with a held check and the open connection of its check-ins, from an address of its own");
        bench.setting("TLS of the agents", Agents.TLS.name());
        bench.setting("enrolled by", Roster.HOW);
        bench.setting("broker's largest heap", HEAP_LIMIT);
        bench.setting("check-ins", "every 60 s ± 10 %");
        bench.setting(
                "after the kill",
                "agents try again after 0 to 1, 2, 4, … 20 s by chance, as the product's do");
    }

    /** One click a note, the first ones for warming up. */
    private static void clicks(
            Bench bench, Site site, Connection database, Site.Firewall one, String who)
            throws Exception {
        bench.say("clicks, " + who);
        long aRound = bench.scale().sample().toMillis() / MILLIS_A_CLICK;
        long count = WARM_UP_CLICKS + bench.scale().rounds() * aRound;
        for (int i = 0; i < count; i++) {
            Thread.sleep(IDLE);
            double active = Click.on(site.operator(), database, one.id()).active();
            if (i >= WARM_UP_CLICKS) {
                bench.note(ACTIVE, who, active);
            }
        }
    }

    private static void idle(Bench bench, long pid) throws Exception {
        bench.say("all are idle");
        Processes broker = Processes.of(pid);
        // Their first check-ins are over.
        Thread.sleep(2_000);
        for (int round = 0; round < bench.scale().rounds(); round++) {
            double cpu = broker.cpuSeconds();
            long begin = System.nanoTime();
            Thread.sleep(bench.scale().sample().multipliedBy(2).toMillis());
            double seconds = (System.nanoTime() - begin) / 1e9;
            bench.note(CPU, Figure.OURS, 100 * (broker.cpuSeconds() - cpu) / seconds);
        }
    }

    private static void afterKill(Bench bench, Site site, Roster roster, Agents agents, int count)
            throws Exception {
        bench.say("the broker is killed and started");
        long begin = System.nanoTime();
        site.broker().program().kill();
        while (agents.connected() > 0) {
            Thread.sleep(LOOK_AGAIN);
        }
        // Whether it is ready is for those who return to say.
        var _ = site.broker().launch();
        agents.awaitConnected(PATIENCE, back -> bench.say(back + " of " + count + " are back"));
        double limit = Math.max(LEAST_SECONDS, count / AGENTS_PER_SECOND);
        bench.note(
                RETURNED.promised(Target.atMost(limit)),
                Figure.OURS,
                (System.nanoTime() - begin) / 1e9);
        bench.say("requests of those who came back");
        try (Traffic traffic =
                Traffic.start(
                        site,
                        roster.members().stream().map(member -> member.id()).toList(),
                        AFTERWARDS_PER_SECOND)) {
            Thread.sleep(1_000L * AFTERWARDS / AFTERWARDS_PER_SECOND);
            traffic.stop();
            bench.note(FAILED, Figure.OURS, (double) traffic.failed());
            bench.setting("requests afterwards", traffic.active() + " active");
        }
    }
}
