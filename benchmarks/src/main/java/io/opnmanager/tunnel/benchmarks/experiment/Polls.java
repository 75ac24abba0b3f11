package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.fleet.Agents;
import io.opnmanager.tunnel.benchmarks.fleet.Manner;
import io.opnmanager.tunnel.benchmarks.fleet.Member;
import io.opnmanager.tunnel.benchmarks.fleet.Roster;
import io.opnmanager.tunnel.benchmarks.machine.LiveHeap;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.site.Site;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;

/** What a check of an agent costs the broker. */
public final class Polls implements Experiment {

    private static final Figure PER_CORE =
            Figure.of("polls-per-core", "polls answered at once, a second of processor", "polls/s")
                    .promised(Target.atLeast(10_000));
    private static final Figure RATE =
            Figure.of(
                    "polls-per-second", "polls answered at once, beside those who ask", "polls/s");
    private static final Figure QUERIES =
            Figure.of("queries-per-poll", "database queries a poll, to a thousandth", "")
                    .promised(Target.atMost(0));
    private static final Figure HELD_HEAP =
            Figure.of("heap-per-held-poll", "live heap of a held poll, its connection aside", "KB");

    private static final int POLLERS = 16;
    private static final int HOLDERS = 1_000;
    private static final Duration JOINED_WITHIN = Duration.ofMinutes(3);

    /** Five of it are two of the 5 s after which the broker writes who was seen. */
    private static final Duration LEAST_WINDOW = Duration.ofSeconds(2);

    private static final int THOUSAND = 1_000;
    private static final double NANOS = 1e9;

    /** For whoever lists the experiments. */
    public Polls() {}

    @Override
    public String name() {
        return "polls";
    }

    @Override
    public String question() {
        return "What does a check of an agent cost the broker?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        Site site = Ways.started(bench).site();
        bench.setting(
                "connections", POLLERS + " over TLS 1.3, kept alive, a question at a time each");
        bench.setting(Ways.CALLS, "1000000: few agents play many");
        bench.setting("agents", Roster.HOW);
        bench.setting(
                "queries",
                "all that the database was sent while polled, less those of as long a time in which the same agents asked once a second");
        Roster roster =
                Roster.enrol(site.broker().database(), "poller", POLLERS + HOLDERS, "127.0.0.1:9");
        // Until the broker has seen their rows.
        Thread.sleep(1_500);
        Connection database = bench.own(site.broker().database().connect());
        held(bench, site, roster.members().subList(POLLERS, POLLERS + HOLDERS));
        answered(bench, site, database, roster.members().subList(0, POLLERS));
    }

    private static void answered(Bench bench, Site site, Connection database, List<Member> members)
            throws Exception {
        long millis = Math.max(LEAST_WINDOW.toMillis(), bench.scale().sample().toMillis());
        Processes broker = Processes.of(site.broker().program().pid());
        long asked = 0;
        long polled = 0;
        try (Agents agents = new Agents(site.broker(), null)) {
            agents.start(members, Manner.AT_ONCE, JOINED_WITHIN);
            bench.say("warming up");
            bench.warmUp(Thread::sleep);
            for (int round = 0; round < bench.scale().rounds(); round++) {
                bench.say("round %d: polled".formatted(round + 1));
                long questions = Questions.asked(database);
                double cpu = broker.cpuSeconds();
                long polls = agents.tally().answers();
                long begin = System.nanoTime();
                Thread.sleep(millis);
                polls = agents.tally().answers() - polls;
                double seconds = (System.nanoTime() - begin) / NANOS;
                bench.note(PER_CORE, Figure.OURS, polls / (broker.cpuSeconds() - cpu));
                bench.note(RATE, Figure.OURS, polls / seconds);
                asked += Questions.asked(database) - questions;
                polled += polls;
            }
            if (!agents.tally().refusals().isEmpty() || !agents.tally().losses().isEmpty()) {
                throw new IllegalStateException(
                        "polls were refused or lost: %s, %s"
                                .formatted(agents.tally().refusals(), agents.tally().losses()));
            }
        }
        bench.say("asked once a second");
        try (Agents agents = new Agents(site.broker(), null)) {
            agents.start(members, Manner.EVERY_SECOND, JOINED_WITHIN);
            for (int round = 0; round < bench.scale().rounds(); round++) {
                long questions = Questions.asked(database);
                Thread.sleep(millis);
                asked -= Questions.asked(database) - questions;
            }
        }
        bench.note(
                QUERIES,
                Figure.OURS,
                Math.round(Math.max(0, (double) asked / polled) * THOUSAND) / (double) THOUSAND);
        bench.setting(
                "polls counted", polled + ", with " + asked + " queries more than without them");
    }

    /** The same connections, first between two polls and then all of them in one. */
    private static void held(Bench bench, Site site, List<Member> members) throws Exception {
        bench.say(HOLDERS + " polls are held");
        long pid = site.broker().program().pid();
        long open;
        try (Agents agents = new Agents(site.broker(), null)) {
            agents.start(members, Manner.EVERY_MINUTE, JOINED_WITHIN);
            Thread.sleep(THOUSAND);
            open = LiveHeap.bytes(pid);
        }
        try (Agents agents = new Agents(site.broker(), null)) {
            agents.start(members, Manner.HELD_ONLY, JOINED_WITHIN);
            Thread.sleep(THOUSAND);
            long holding = LiveHeap.bytes(pid);
            bench.note(HELD_HEAP, Figure.OURS, (holding - open) / 1e3 / HOLDERS);
        }
    }
}
