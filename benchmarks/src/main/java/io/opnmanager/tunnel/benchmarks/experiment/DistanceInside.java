package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Background;
import io.opnmanager.tunnel.benchmarks.load.TargetProgram;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Progress;
import io.opnmanager.tunnel.benchmarks.measure.Results;
import io.opnmanager.tunnel.benchmarks.measure.Scale;
import io.opnmanager.tunnel.benchmarks.measure.Shared;
import io.opnmanager.tunnel.benchmarks.network.Inside;
import io.opnmanager.tunnel.benchmarks.network.Link;
import io.opnmanager.tunnel.benchmarks.network.Namespace;
import io.opnmanager.tunnel.benchmarks.peer.OpenSshPair;
import io.opnmanager.tunnel.benchmarks.site.Site;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Distance} runs in the near namespace: broker, sshd and load there, agent, ssh and
 * target in the far one.
 */
public final class DistanceInside {

    private static final String OPENSSH = "openssh";
    private static final String RAW = "raw path";
    private static final double BITS_PER_MEGABIT = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int ATTEMPTS = 5;
    private static final int PATIENCE_MILLIS = 5_000;

    private final Bench bench;
    private final Link link;
    private final Namespace far;
    private final Site site;
    private final Site.Firewall firewall;
    private final TargetProgram target;

    private DistanceInside(Bench bench, Namespace near, Namespace far) throws Exception {
        this.bench = bench;
        this.far = far;
        link = bench.own(Link.between(near, far));
        Path folder = bench.folder();
        target = bench.own(TargetProgram.start(folder.resolve("target"), Link.FAR, far.prefix()));
        site = bench.own(Site.start(folder.resolve("site"), new Site.Way(Link.NEAR, far.prefix())));
        InetSocketAddress end = target.address();
        firewall = site.addFirewall("far", end.getHostString() + ":" + end.getPort());
    }

    /** {@code NEAR FAR SCALE FOLDER RESULT}: names of the namespaces, and where to write. */
    public static void main(String... words) throws Exception {
        Inside.endWithParent();
        Scale scale =
                Stream.of(Scale.QUICK, Scale.FULL)
                        .filter(one -> one.name().equals(words[2]))
                        .findFirst()
                        .orElseThrow();
        Distance experiment = new Distance();
        Progress progress = new Progress(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        progress.begin(experiment.name());
        Results results = new Results(experiment, scale, Map.of());
        @Nullable String failure = null;
        Path folder = Path.of(words[3]);
        try (Shared shared = new Shared(folder.resolveSibling("shared"), progress);
                Bench bench = new Bench(scale, folder, progress, results, shared)) {
            new DistanceInside(bench, Namespace.named(words[0]), Namespace.named(words[1]))
                    .measure();
        } catch (IOException | RuntimeException | AssertionError e) {
            failure = e.toString();
        }
        results.write(Path.of(words[4]), failure);
    }

    private void measure() throws Exception {
        bench.setting("path", link.description());
        for (String setting : List.of("tcp_rmem", "tcp_wmem", "tcp_congestion_control")) {
            bench.setting(
                    setting,
                    // Not as a string: such a file gives all of it in one read or none.
                    Files.readAllLines(Path.of("/proc/sys/net/ipv4", setting))
                            .getFirst()
                            .replaceAll("\\s+", " "));
        }
        bench.setting("cipher of openssh", OpenSshPair.CIPHER);
        bench.setting(
                "counted",
                "bytes at the near end for %s, after the stream ran for 12 round trips and 0.2 s"
                        .formatted(bench.scale().sample()));
        for (Condition condition : Condition.of(bench.scale())) {
            measure(condition);
        }
    }

    /** With lines of their own: one that is open remembers what its path was like. */
    private void measure(Condition condition) throws Exception {
        bench.say(condition.title());
        link.shape(condition.roundTrip(), condition.loss());
        bench.setting(
                "round trip measured, " + condition.title(), "%.1f ms".formatted(roundTrip()));
        Site.Tunnel tunnel = site.open(firewall);
        try (OpenSshPair openssh =
                OpenSshPair.start(
                        bench.folder().resolve("openssh-" + condition.name()),
                        target.address(),
                        Link.NEAR,
                        far.prefix())) {
            InetSocketAddress ours =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), tunnel.port());
            List<Contender> contenders = new ArrayList<>();
            contenders.add(contender(Figure.OURS, ours, condition));
            contenders.add(contender(OPENSSH, openssh.forward(), condition));
            if (!bench.scale().equals(Scale.QUICK)) {
                contenders.add(contender(RAW, target.address(), condition));
            }
            // Not counted: of ours, code that has not run yet is slow.
            contenders.getFirst().turn().take((_, _) -> {});
            bench.alternate(contenders);
        }
        site.operator().close(tunnel.request());
    }

    /** Milliseconds that a connection takes while nothing else is under way, the best of some. */
    private double roundTrip() throws IOException {
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long begin = System.nanoTime();
            try (Socket socket = new Socket()) {
                socket.connect(target.address(), PATIENCE_MILLIS);
                best = Math.min(best, System.nanoTime() - begin);
            }
        }
        return best / NANOS_PER_MILLI;
    }

    private Contender contender(String name, InetSocketAddress to, Condition condition) {
        return new Contender(
                name,
                sheet -> {
                    for (Condition.Transfer transfer : condition.transfers()) {
                        double rate = megabits(to, transfer, condition.ramp());
                        sheet.note(condition.figure(transfer, OPENSSH), rate);
                        if (name.equals(Figure.OURS)) {
                            condition
                                    .promised(transfer)
                                    .ifPresent(figure -> sheet.note(figure, rate));
                        }
                    }
                });
    }

    private double megabits(InetSocketAddress to, Condition.Transfer transfer, Duration ramp)
            throws Exception {
        List<Background> streams = new ArrayList<>();
        try {
            for (int stream = 0; stream < transfer.streams(); stream++) {
                streams.add(Background.start(to, transfer.direction()));
            }
            Thread.sleep(ramp);
            long begin = System.nanoTime();
            long before = bytes(streams);
            Thread.sleep(bench.scale().sample());
            long moved = bytes(streams) - before;
            long took = System.nanoTime() - begin;
            if (moved == 0) {
                throw new IOException("nothing came through to or from " + to);
            }
            return moved * Byte.SIZE / BITS_PER_MEGABIT * NANOS_PER_SECOND / took;
        } finally {
            for (Background stream : streams) {
                stream.close();
            }
        }
    }

    private static long bytes(List<Background> streams) throws IOException {
        long sum = 0;
        for (Background stream : streams) {
            sum += stream.bytes();
        }
        return sum;
    }
}
