package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.TargetProgram;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Parts;
import io.opnmanager.tunnel.benchmarks.measure.Scale;
import io.opnmanager.tunnel.benchmarks.peer.OpenSshPair;
import io.opnmanager.tunnel.benchmarks.site.BrowserSession;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.benchmarks.site.Wanted;
import io.opnmanager.tunnel.demo.ClientAuthority;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Three ways from a port of 127.0.0.1 to one and the same target, and where they are: whoever asks
 * something else of a broker goes on with this one, which is compiled for the most part.
 *
 * @param ours a tunnel of the product: broker and agent
 * @param openssh a forward of {@code ssh -N -R}: sshd and ssh
 * @param raw the target's own port
 * @param site with sessions in the browser, and a gateway that leads {@link #SERVICE} to the target
 * @param clients who may use the gateway, under the name {@link #CLIENT}
 */
record Ways(Way ours, Way openssh, Way raw, Site site, ClientAuthority clients) {

    static final String OPENSSH = "openssh";
    static final String RAW = "raw loopback";
    static final String SERVICE = "target.localhost";
    static final String CLIENT = "bench";
    static final String CALLS = "opnmanager.request.calls-per-second";

    /** Where the listeners of the broker's tunnels are, and of nobody else. */
    static final int FIRST_PORT = 20_000;

    static final int LAST_PORT = 23_999;

    /**
     * One of them.
     *
     * @param name of the contender
     * @param entry the port
     * @param ends the processes that carry the bytes; {@code null} when nobody does
     */
    record Way(String name, InetSocketAddress entry, @Nullable Processes ends) {}

    /** What is measured of a way in one turn. */
    @FunctionalInterface
    interface Measure {
        void take(Way way, Contender.Sheet sheet) throws Exception;
    }

    /** For whoever compares them with one another. */
    static Ways open(Bench bench) throws Exception {
        bench.setting(
                "cipher",
                OpenSshPair.CIPHER + " at OpenSSH by its settings, at ours as the first choice");
        bench.setting("places", "all of it on 127.0.0.1; load and target are their own processes");
        return started(bench);
    }

    /** Those of the experiment before, if it has started them. */
    static Ways started(Bench bench) throws Exception {
        return bench.shared()
                .get(
                        Ways.class,
                        (folder, parts) -> {
                            bench.say("starts target, OpenSSH pair, database, broker and agents");
                            return start(folder, parts);
                        });
    }

    private static Ways start(Path folder, Parts parts) throws Exception {
        TargetProgram target = parts.own(TargetProgram.start(folder.resolve("target")));
        InetSocketAddress address = target.address();
        OpenSshPair pair = parts.own(OpenSshPair.start(folder.resolve("openssh"), address));
        ClientAuthority clients = ClientAuthority.make(folder.resolve("clients"));
        Map<String, String> settings = new HashMap<>(BrowserSession.settings());
        settings.put("opnmanager.request.lifetime", "8h");
        settings.put("opnmanager.request.idle", "8h");
        // Bounds of what one agent and one broker may do; here few play many.
        settings.put(CALLS, Integer.toString(1_000_000));
        settings.put("opnmanager.ports.first", Integer.toString(FIRST_PORT));
        settings.put("opnmanager.ports.last", Integer.toString(LAST_PORT));
        settings.put("quarkus.tls.stream.trust-store.pem.certs", clients.file().toString());
        settings.put(route("target"), address.getHostString() + ":" + address.getPort());
        settings.put(route("clients"), CLIENT);
        Site site = parts.own(Site.start(folder.resolve("site"), settings, null, true));
        Site.Firewall firewall =
                site.addFirewall("firewall", address.getHostString() + ":" + address.getPort());
        Site.Tunnel tunnel = site.open(firewall);
        var _ = parts.own(Wanted.keep(site, tunnel));
        return new Ways(
                new Way(
                        Figure.OURS,
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), tunnel.port()),
                        Processes.of(
                                site.broker().program().pid(), firewall.agent().program().pid())),
                new Way(OPENSSH, pair.forward(), Processes.of(pair.ends().toArray(new Long[0]))),
                new Way(RAW, address, null),
                site,
                clients);
    }

    private static String route(String key) {
        return "opnmanager.stream.routes.\"%s\".%s".formatted(SERVICE, key);
    }

    List<Way> tunnels() {
        return List.of(ours, openssh);
    }

    /** The raw path is the same from run to run: it is not asked for when there is little time. */
    List<Way> measured(Scale scale) {
        return scale.equals(Scale.QUICK) ? tunnels() : all();
    }

    List<Way> all() {
        return List.of(ours, openssh, raw);
    }

    /** Lets ways take turns. */
    static void alternate(Bench bench, List<Way> ways, Measure measure) throws Exception {
        bench.alternate(
                ways.stream()
                        .map(way -> new Contender(way.name(), sheet -> measure.take(way, sheet)))
                        .toList());
    }
}
