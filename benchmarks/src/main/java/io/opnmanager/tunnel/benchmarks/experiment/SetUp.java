package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.fleet.Agents;
import io.opnmanager.tunnel.benchmarks.fleet.Beacon;
import io.opnmanager.tunnel.benchmarks.fleet.Manner;
import io.opnmanager.tunnel.benchmarks.fleet.Member;
import io.opnmanager.tunnel.benchmarks.fleet.PlainPolls;
import io.opnmanager.tunnel.benchmarks.fleet.Roster;
import io.opnmanager.tunnel.benchmarks.fleet.Tunnels;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.site.Site;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** From the click of an operator to a tunnel that carries. */
public final class SetUp implements Experiment {

    private static final int BUSY_AGENTS = 1_000;
    private static final int BUSY_REQUESTS_PER_SECOND = 5;

    /** One click a round for so much of a sample's time. */
    private static final int MILLIS_A_CLICK = 200;

    private static final int FEWEST_CLICKS = 2;
    private static final int WARM_UP_CLICKS = 5;

    /** So long the others are busy before a click counts. */
    private static final Duration BUSY_BEFORE = Duration.ofSeconds(5);

    private static final Duration JOINED_WITHIN = Duration.ofMinutes(3);

    /** Longer than the pause of the quickconnect-agent after a click: from here on it holds. */
    private static final Duration IDLE = Duration.ofMillis(700);

    /** Two clicks in a row look to it like work that stays, after which it pauses for up to 2 s. */
    private static final Duration IDLE_AFTER_TWO = Duration.ofMillis(2_200);

    private static final double HELD_P50 = 300;
    private static final double HELD_P99 = 1_500;
    private static final double BUSY_P50 = 500;

    /** For whoever lists the experiments. */
    public SetUp() {}

    @Override
    public String name() {
        return "setup";
    }

    @Override
    public String question() {
        return "How long is it from an operator's click to a tunnel that carries the first byte?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        Beacon beacon = bench.own(Beacon.start());
        Site site = Ways.started(bench).site();
        Connection database = bench.own(site.broker().database().connect());
        Site.Firewall held = site.addFirewall("held", beacon.address());
        Site.Firewall plain = site.addFirewall("plain", beacon.address());
        plain.quickconnect().close();
        bench.own(PlainPolls.start(site.broker(), plain.agent().stateFolder()));
        settings(bench);
        for (int i = 0; i < WARM_UP_CLICKS; i++) {
            var _ = Click.on(site.operator(), database, held.id());
            Thread.sleep(IDLE);
        }
        try (Clicker slow =
                Clicker.start(
                        site,
                        plain.id(),
                        click -> note(bench, "plain", "asked every 15 s", click))) {
            alone(bench, site, database, held);
            amongOthers(bench, site, database, held, beacon);
            slow.stop();
        }
    }

    private static long clicksARound(Bench bench) {
        return Math.max(FEWEST_CLICKS, bench.scale().sample().toMillis() / MILLIS_A_CLICK);
    }

    private static void settings(Bench bench) {
        bench.setting("agents measured", "a process each, JVM, beside a quickconnect-agent");
        bench.setting("held", "the check is held by the broker when the click comes");
        bench.setting(
                "after-close", "the click comes as soon as the end of the one before is confirmed");
        bench.setting(
                "plain",
                "a check every 15 s, answered at once; the click comes at any moment between");
        bench.setting(
                "busy",
                "%d other agents hold their checks and check in every 60 s; %d requests a second are made of them, set up and closed"
                        .formatted(BUSY_AGENTS, BUSY_REQUESTS_PER_SECOND));
        bench.setting("other agents", Roster.HOW);
    }

    private static void alone(Bench bench, Site site, Connection database, Site.Firewall firewall)
            throws Exception {
        for (int round = 0; round < bench.scale().rounds(); round++) {
            bench.say("round %d: held, and right after a close".formatted(round + 1));
            for (int i = 0; i < clicksARound(bench); i++) {
                Thread.sleep(IDLE_AFTER_TWO);
                note(
                        bench,
                        "held",
                        "idle in a held check",
                        Click.on(site.operator(), database, firewall.id()));
                note(
                        bench,
                        "after-close",
                        "right after a close",
                        Click.on(site.operator(), database, firewall.id()));
            }
        }
    }

    private static void amongOthers(
            Bench bench, Site site, Connection database, Site.Firewall firewall, Beacon beacon)
            throws Exception {
        bench.say(BUSY_AGENTS + " agents join");
        Roster roster =
                Roster.enrol(site.broker().database(), "busy", BUSY_AGENTS, beacon.address());
        try (Tunnels tunnels =
                        new Tunnels(
                                roster.key(),
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), site.broker().sshPort()),
                                beacon.address(),
                                Tunnels.KeyExchange.PREFERRED,
                                BUSY_REQUESTS_PER_SECOND);
                Agents agents = new Agents(site.broker(), tunnels)) {
            // Until the broker has seen their rows.
            Thread.sleep(1_500);
            agents.start(roster.members(), Manner.HELD, JOINED_WITHIN);
            List<Long> ids = roster.members().stream().map(Member::id).toList();
            try (Traffic traffic = Traffic.start(site, ids, BUSY_REQUESTS_PER_SECOND)) {
                Thread.sleep(BUSY_BEFORE);
                for (int round = 0; round < bench.scale().rounds(); round++) {
                    bench.say("round %d: among %d others".formatted(round + 1, BUSY_AGENTS));
                    for (int i = 0; i < clicksARound(bench); i++) {
                        Thread.sleep(IDLE);
                        note(
                                bench,
                                "busy",
                                "among 1,000 busy agents",
                                Click.on(site.operator(), database, firewall.id()));
                    }
                }
                traffic.stop();
                bench.setting(
                        "what the busy ones did meanwhile",
                        "%d tunnels set up, %d failed"
                                .formatted(traffic.active(), traffic.failed()));
            }
        }
    }

    private static void note(Bench bench, String where, String words, Click click) {
        Figure active = Figure.of(where + "-active", "click to active, " + words, "ms");
        Figure slowest =
                Figure.of(where + "-active-p99", "click to active, " + words + ", slowest", "ms");
        switch (where) {
            case "held" -> {
                active = active.promised(Target.atMost(HELD_P50));
                slowest = slowest.promised(Target.atMost(HELD_P99).ofP99());
            }
            case "busy" -> active = active.promised(Target.atMost(BUSY_P50));
            default -> {}
        }
        synchronized (bench) {
            bench.note(
                    Figure.of(where + "-picked-up", "click to picked up, " + words, "ms"),
                    Figure.OURS,
                    click.pickedUp());
            bench.note(
                    Figure.of(
                            where + "-established",
                            "click to tunnel up at the agent, " + words,
                            "ms"),
                    Figure.OURS,
                    click.established());
            bench.note(active, Figure.OURS, click.active());
            bench.note(slowest, Figure.OURS, click.active());
            bench.note(
                    Figure.of(where + "-first-byte", "click to first byte, " + words, "ms"),
                    Figure.OURS,
                    click.firstByte());
        }
    }
}
