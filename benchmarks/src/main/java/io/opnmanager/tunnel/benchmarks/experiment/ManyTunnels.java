package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.fleet.Beacon;
import io.opnmanager.tunnel.benchmarks.fleet.Member;
import io.opnmanager.tunnel.benchmarks.fleet.Roster;
import io.opnmanager.tunnel.benchmarks.fleet.Tunnels;
import io.opnmanager.tunnel.benchmarks.machine.LiveHeap;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.peer.SshDaemon;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Setting SSH up, again and again and by the hundred. */
public final class ManyTunnels implements Experiment {

    private static final String SSHD = "openssh";
    private static final Figure RATE =
            Figure.of("set-ups", "SSH set-ups a second: dialled, authenticated, forward up", "1/s")
                    .against(SSHD)
                    .promised(Target.atLeast(1));
    private static final Figure CPU =
            Figure.of("set-up-cpu", "processor time of the server a set-up and its end", "ms")
                    .against(SSHD);
    private static final Figure TOOK =
            Figure.of("set-up-time", "connect to forward up, one after the other", "ms")
                    .promised(Target.atMost(250).ofP99());
    private static final Figure HELD =
            Figure.of(
                    "resident-per-tunnel",
                    "broker's memory a live tunnel: live heap, and what is resident beside it",
                    "KB");
    private static final Figure HEAP =
            Figure.of("heap-per-tunnel", "broker's live heap a live tunnel", "KB");
    private static final Figure THREADS =
            Figure.of("threads-per-tunnel", "broker's threads a live tunnel", "");
    private static final Figure STANDING =
            Figure.of("standing", "live tunnels that carried a byte, of those asked for", "%")
                    .promised(Target.atLeast(100));

    private static final int SET_UPS = 30;
    private static final int AT_ONCE = 4;
    private static final int SINGLE = 20;
    private static final int ASKED_AT_ONCE = 8;
    private static final int SSHD_FIRST_PORT = 24_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final double BYTES_PER_KB = 1e3;

    /** For whoever lists the experiments. */
    public ManyTunnels() {}

    @Override
    public String name() {
        return "tunnels";
    }

    @Override
    public String question() {
        return "How fast is SSH set up, and what does a live tunnel cost the broker?";
    }

    /**
     * A request that waits for its agent.
     *
     * @param member who shall dial
     * @param request its id
     * @param port that it shall ask for
     */
    private record Pending(Member member, long request, int port) {}

    @Override
    public void run(Bench bench) throws Exception {
        Beacon beacon = bench.own(Beacon.start());
        Site site = Ways.started(bench).site();
        int count = bench.scale().tunnels();
        Roster roster =
                Roster.enrol(
                        site.broker().database(),
                        "tunnel",
                        Math.max(count, SET_UPS),
                        beacon.address());
        Thread.sleep(1_500);
        SshDaemon daemon =
                bench.own(
                        SshDaemon.start(bench.folder().resolve("sshd"), roster.key().getPublic()));
        settings(bench, daemon);
        try (Tunnels equal = client(roster.key(), site, beacon, Tunnels.KeyExchange.CURVE25519);
                Tunnels other =
                        new Tunnels(
                                roster.key(),
                                daemon.address(),
                                beacon.address(),
                                Tunnels.KeyExchange.CURVE25519,
                                AT_ONCE)) {
            Processes broker = Processes.of(site.broker().program().pid());
            bench.say("warming up");
            for (int i = 0; i < 3; i++) {
                ours(site, roster, equal, broker, (_, _) -> {});
                peers(daemon, other, (_, _) -> {});
            }
            bench.alternate(
                    List.of(
                            new Contender(
                                    Figure.OURS, sheet -> ours(site, roster, equal, broker, sheet)),
                            new Contender(SSHD, sheet -> peers(daemon, other, sheet))));
        }
        try (Tunnels preferred =
                client(roster.key(), site, beacon, Tunnels.KeyExchange.PREFERRED)) {
            single(bench, site, roster, preferred);
            many(bench, site, roster.members().subList(0, count), preferred);
        }
    }

    private static Tunnels client(
            KeyPair key, Site site, Beacon beacon, Tunnels.KeyExchange exchange) {
        return new Tunnels(
                key,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), site.broker().sshPort()),
                beacon.address(),
                exchange,
                AT_ONCE);
    }

    private static void settings(Bench bench, SshDaemon daemon) {
        bench.setting(
                "agents",
                "Apache MINA SSHD clients as in the agent, in one process; " + Roster.HOW);
        bench.setting(
                "set-ups",
                "%d at a time; Ed25519 keys on both sides, curve25519-sha256, aes128-gcm@openssh.com"
                        .formatted(AT_ONCE));
        bench.setting(
                "connect to forward up",
                "one after the other, with the key exchange that agent and broker agree on (hybrid, post-quantum)");
        bench.setting("sshd", daemon.settings());
    }

    private static List<Pending> ask(Site site, List<Member> members) throws Exception {
        List<Pending> asked = new ArrayList<>();
        for (int from = 0; from < members.size(); from += ASKED_AT_ONCE) {
            List<Member> some =
                    members.subList(from, Math.min(members.size(), from + ASKED_AT_ONCE));
            var answers =
                    some.stream()
                            .map(member ->
                                    site.operator()
                                            .callLater(
                                                    "POST",
                                                    "/api/v1/requests",
                                                    OperatorClient.object()
                                                            .put("firewall_id", member.id()),
                                                    Map.of()))
                            .toList();
            for (int i = 0; i < some.size(); i++) {
                var answer = answers.get(i).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
                if (!answer.isSuccess()) {
                    throw new IllegalStateException("a request was refused: " + answer.text());
                }
                asked.add(
                        new Pending(
                                some.get(i),
                                answer.body().path("id").asLong(),
                                answer.body().path("tunnel_port").asInt()));
            }
        }
        return asked;
    }

    private static void end(Site site, List<Pending> requests) throws Exception {
        for (Pending one : requests) {
            site.operator().close(one.request());
        }
    }

    private static void ours(
            Site site, Roster roster, Tunnels client, Processes broker, Contender.Sheet sheet)
            throws Exception {
        List<Pending> requests = ask(site, roster.members().subList(0, SET_UPS));
        double cpu = broker.cpuSeconds();
        long begin = System.nanoTime();
        awaitAll(
                requests.stream()
                        .map(one -> client.open(one.member(), one.request(), one.port()))
                        .toList());
        sheet.note(RATE, SET_UPS / ((System.nanoTime() - begin) / 1e9));
        client.closeAll();
        end(site, requests);
        sheet.note(CPU, 1_000 * (broker.cpuSeconds() - cpu) / SET_UPS);
    }

    private static void peers(SshDaemon daemon, Tunnels client, Contender.Sheet sheet)
            throws Exception {
        double cpu = daemon.process().cpuSeconds();
        long begin = System.nanoTime();
        List<CompletableFuture<Double>> opening = new ArrayList<>();
        for (int i = 0; i < SET_UPS; i++) {
            opening.add(client.open(daemon.user(), null, i, SSHD_FIRST_PORT + i));
        }
        awaitAll(opening);
        sheet.note(RATE, SET_UPS / ((System.nanoTime() - begin) / 1e9));
        client.closeAll();
        // What they used is exact only when they have ended: each alone is less than a tick.
        daemon.awaitNoSessions(LIMIT);
        sheet.note(CPU, 1_000 * (daemon.process().cpuSeconds() - cpu) / SET_UPS);
    }

    private static List<Double> awaitAll(List<CompletableFuture<Double>> opening) throws Exception {
        List<Double> took = new ArrayList<>();
        for (var one : opening) {
            took.add(one.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
        }
        return took;
    }

    private static void single(Bench bench, Site site, Roster roster, Tunnels client)
            throws Exception {
        for (int round = 0; round < bench.scale().rounds(); round++) {
            bench.say("round %d: one after the other".formatted(round + 1));
            List<Pending> requests = ask(site, roster.members().subList(0, SINGLE));
            for (Pending one : requests) {
                bench.note(
                        TOOK,
                        Figure.OURS,
                        client.open(one.member(), one.request(), one.port())
                                .get(LIMIT.toSeconds(), TimeUnit.SECONDS));
            }
            client.closeAll();
            end(site, requests);
        }
    }

    private static void many(Bench bench, Site site, List<Member> members, Tunnels client)
            throws Exception {
        bench.say(members.size() + " live tunnels");
        long pid = site.broker().program().pid();
        Processes broker = Processes.of(pid);
        long heap = LiveHeap.bytes(pid);
        long held = LiveHeap.withAllBeside(pid);
        long threads = broker.threads();
        List<Pending> live = new ArrayList<>();
        for (int from = 0; from < members.size(); from += SET_UPS) {
            List<Pending> some =
                    ask(site, members.subList(from, Math.min(members.size(), from + SET_UPS)));
            awaitAll(
                    some.stream()
                            .map(one -> client.open(one.member(), one.request(), one.port()))
                            .toList());
            live.addAll(some);
        }
        int carried = 0;
        for (Pending one : live) {
            Beacon.fetch(one.port(), LIMIT);
            carried++;
        }
        if (client.standing() != live.size()) {
            throw new IllegalStateException(
                    "wanted %d lines, found %d".formatted(live.size(), client.standing()));
        }
        int count = live.size();
        bench.note(STANDING, Figure.OURS, 100.0 * carried / members.size());
        bench.note(HEAP, Figure.OURS, (LiveHeap.bytes(pid) - heap) / BYTES_PER_KB / count);
        bench.note(HELD, Figure.OURS, (LiveHeap.withAllBeside(pid) - held) / BYTES_PER_KB / count);
        bench.note(THREADS, Figure.OURS, (double) (broker.threads() - threads) / count);
        bench.setting("live tunnels", Integer.toString(count));
        client.closeAll();
        end(site, live);
    }
}
