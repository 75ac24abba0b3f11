package io.opnmanager.tunnel.benchmarks.experiment;

import io.opnmanager.tunnel.benchmarks.load.PageTarget;
import io.opnmanager.tunnel.benchmarks.load.Pages;
import io.opnmanager.tunnel.benchmarks.measure.Bench;
import io.opnmanager.tunnel.benchmarks.measure.Contender;
import io.opnmanager.tunnel.benchmarks.measure.Experiment;
import io.opnmanager.tunnel.benchmarks.measure.Figure;
import io.opnmanager.tunnel.benchmarks.measure.Scale;
import io.opnmanager.tunnel.benchmarks.measure.Target;
import io.opnmanager.tunnel.benchmarks.peer.Nginx;
import io.opnmanager.tunnel.benchmarks.site.BrowserSession;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.benchmarks.site.Wanted;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** The browser proxy and nginx, both with TLS, in front of the same tunnel to the same page. */
public final class Browser implements Experiment {

    private static final String NGINX = "nginx";
    private static final int CONNECTIONS = 16;
    private static final int PAGE_BYTES = 1024;
    private static final int RATE = 300;

    private static final long QUICK_BYTES = 48L << 20;
    private static final long FULL_BYTES = 512L << 20;
    private static final double BYTES_PER_MB = 1e6;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double HALF = 50;
    private static final double ALL_BUT_ONE_IN_A_HUNDRED = 99;

    private static final Figure PAGES =
            Figure.of("pages", "pages of 1 KiB, 16 kept connections", "1/s")
                    .against(NGINX)
                    .promised(Target.atLeast(0.8));
    private static final Figure DOWNLOAD =
            Figure.of("download", "one large download", "MB/s")
                    .against(NGINX)
                    .promised(Target.atLeast(0.8));
    private static final Figure P50 =
            Figure.of("latency-p50", "a page at 300 pages/s, p50", "ms").against(NGINX);
    private static final Figure P99 =
            Figure.of("latency-p99", "a page at 300 pages/s, p99", "ms")
                    .against(NGINX)
                    .promised(Target.atMost(2.0));

    @Override
    public String name() {
        return "browser";
    }

    @Override
    public String question() {
        return "How does our browser proxy compare with nginx in front of the same tunnel?";
    }

    @Override
    public void run(Bench bench) throws Exception {
        PageTarget page = bench.own(PageTarget.start());
        Site site = Ways.started(bench).site();
        Site.Tunnel tunnel =
                site.open(site.addFirewall("pages", "127.0.0.1:" + page.address().getPort()));
        var _ = bench.own(Wanted.keep(site, tunnel));
        BrowserSession session = BrowserSession.enter(site, tunnel.request());
        Nginx nginx =
                bench.own(
                        Nginx.start(
                                bench.folder().resolve("nginx"),
                                site.broker().certificates(),
                                tunnel.port()));
        bench.setting("page", PAGE_BYTES + " bytes over plain HTTP/1.1 at the firewall's side");
        bench.setting("cipher of both", Pages.CIPHER);
        bench.setting("connections", Integer.toString(CONNECTIONS));

        List<Contender> contenders = new ArrayList<>();
        Pages ours = new Pages(session.broker(), session.trust(), session.headers());
        contenders.add(contender(bench, Figure.OURS, ours));
        contenders.add(
                contender(
                        bench,
                        NGINX,
                        new Pages(nginx.address(), session.trust(), session.headers())));
        bench.warmUp(
                contenders,
                time -> {
                    var _ = ours.perSecond(CONNECTIONS, PAGE_BYTES, time);
                });
        bench.alternate(contenders);
    }

    private static Contender contender(Bench bench, String name, Pages pages) {
        Scale scale = bench.scale();
        long large = scale.equals(Scale.QUICK) ? QUICK_BYTES : FULL_BYTES;
        return new Contender(
                name,
                sheet -> {
                    sheet.note(PAGES, pages.perSecond(CONNECTIONS, PAGE_BYTES, scale.sample()));
                    sheet.note(DOWNLOAD, pages.download(large) / BYTES_PER_MB);
                    Histogram latencies =
                            pages.onSchedule(CONNECTIONS, PAGE_BYTES, RATE, scale.sample());
                    sheet.note(P50, latencies.getValueAtPercentile(HALF) / NANOS_PER_MILLI);
                    sheet.note(
                            P99,
                            latencies.getValueAtPercentile(ALL_BUT_ONE_IN_A_HUNDRED)
                                    / NANOS_PER_MILLI);
                });
    }
}
