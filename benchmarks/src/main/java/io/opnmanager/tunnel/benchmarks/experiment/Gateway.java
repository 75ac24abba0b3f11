package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.Bulk;
import io.opnmanager.tunnel.benchmarks.load.Connections;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Scale;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.peer.Stunnel;
import io.opnmanager.tunnel.benchmarks.site.ServedForward;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.Certificates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The gateway for programs, with stunnel as its client and with {@code tunnelctl serve}, against a
 * pair of stunnels: all three ways lead plain TCP through mutual TLS 1.3 to the same target.
 */
public final class Gateway implements Experiment {

    private static final String STUNNEL = "stunnel";
    private static final Duration A_DAY = Duration.ofDays(1);
    private static final int CLIENTS = 8;
    private static final long QUICK_BYTES = 128L << 20;
    private static final long FULL_BYTES = 1L << 30;
    private static final double BYTES_PER_MB = 1e6;

    @Override
    public String name() {
        return "gateway";
    }

    @Override
    public String question() {
        return "How does our mutual-TLS gateway compare with a pair of stunnels?";
    }

    /** The gateway alone, or our pair: who stands before the target is ours, who before that. */
    private enum Way {
        GATEWAY("gateway", "our gateway, stunnel as its client"),
        PAIR("pair", "our gateway and tunnelctl serve");

        private final String name;
        private final String title;

        Way(String name, String title) {
            this.name = name;
            this.title = title;
        }

        Figure bulk(Bulk.Direction direction) {
            return figure(
                    direction.name().toLowerCase(Locale.ROOT),
                    direction == Bulk.Direction.DOWN ? "from the target" : "to the target",
                    "MB/s");
        }

        Figure connections() {
            return figure("connections", "new connections", "1/s");
        }

        private Figure figure(String what, String told, String unit) {
            return Figure.of(name + "-" + what, title + ": " + told, unit)
                    .against(STUNNEL)
                    .promised(Target.atLeast(1.0));
        }
    }

    @Override
    public void run(Bench bench) throws Exception {
        Path folder = bench.folder();
        Ways ways = Ways.started(bench);
        Site site = ways.site();
        Path client = ways.clients().issue("client", "CN=" + Ways.CLIENT, A_DAY);
        Certificates server = site.broker().certificates();
        InetSocketAddress gateway =
                new InetSocketAddress(
                        InetAddress.getLoopbackAddress(),
                        Integer.parseInt(site.broker().properties().get("opnmanager.stream.port")));
        Stunnel.Identity dialling = new Stunnel.Identity(client, client, server.authorityFile());
        Stunnel end =
                bench.own(
                        Stunnel.server(
                                folder.resolve("stunnel"),
                                new Stunnel.Identity(
                                        server.certificateFile(),
                                        server.keyFile(),
                                        ways.clients().file()),
                                ways.raw().entry()));
        InetSocketAddress peer =
                bench.own(Stunnel.client(folder.resolve("stunnel"), dialling, end.address()))
                        .address();
        InetSocketAddress toGateway =
                bench.own(
                                Stunnel.client(
                                        folder.resolve("to-gateway"),
                                        dialling,
                                        gateway,
                                        Ways.SERVICE))
                        .address();
        ServedForward served =
                bench.own(
                        ServedForward.start(
                                folder.resolve("serve"),
                                site,
                                new ServedForward.Service(Ways.SERVICE, gateway, client)));
        bench.setting("cipher of stunnel and of its TLS with ours", Stunnel.CIPHER);
        bench.setting("clients at once, new connections", Integer.toString(CLIENTS));

        List<Contender> gatewayAlone = contenders(bench, Way.GATEWAY, toGateway, peer);
        List<Contender> pair = contenders(bench, Way.PAIR, served.address(), peer);
        // Over our own client, so that both are compiled at once.
        bench.warmUp(
                pair,
                time -> {
                    var _ =
                            Connections.run(
                                    served.address(), Connections.Closer.CLIENT, CLIENTS, time);
                });
        bench.alternate(gatewayAlone);
        bench.alternate(pair);
    }

    private static List<Contender> contenders(
            Bench bench, Way way, InetSocketAddress ours, InetSocketAddress peer) {
        boolean quick = bench.scale().equals(Scale.QUICK);
        long bytes = quick ? QUICK_BYTES : FULL_BYTES;
        List<Contender> contenders = new ArrayList<>();
        for (boolean our : List.of(true, false)) {
            InetSocketAddress address = our ? ours : peer;
            Contender contender =
                    new Contender(
                            our ? Figure.OURS : STUNNEL,
                            sheet -> {
                                for (Bulk.Direction direction : Bulk.Direction.values()) {
                                    sheet.note(
                                            way.bulk(direction),
                                            Bulk.run(address, direction, 1, bytes) / BYTES_PER_MB);
                                }
                                sheet.note(
                                        way.connections(),
                                        Connections.run(
                                                        address,
                                                        Connections.Closer.CLIENT,
                                                        CLIENTS,
                                                        bench.scale().sample())
                                                .perSecond());
                            });
            contenders.add(contender);
        }
        return contenders;
    }
}
