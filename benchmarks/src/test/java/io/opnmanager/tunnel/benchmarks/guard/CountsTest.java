package io.opnmanager.tunnel.benchmarks.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opnmanager.tunnel.benchmarks.load.Bulk;
import io.opnmanager.tunnel.benchmarks.load.Connections;
import io.opnmanager.tunnel.benchmarks.load.PageTarget;
import io.opnmanager.tunnel.benchmarks.load.Pages;
import io.opnmanager.tunnel.benchmarks.load.TargetProgram;
import io.opnmanager.tunnel.benchmarks.machine.Processes;
import io.opnmanager.tunnel.benchmarks.site.BrowserSession;
import io.opnmanager.tunnel.benchmarks.site.Site;
import io.opnmanager.tunnel.demo.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the product's own processes do for a poll, for a mebibyte, for a connection and a page. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CountsTest {

    private static final int FIREWALLS = 25;

    /** The broker holds four of one firewall. */
    private static final int EACH = 4;

    /** Asked of each: those that are too many push out older ones, which are answered. */
    private static final int MORE = 12;

    private static final Duration LOOKING = Duration.ofSeconds(3);

    private static final int BROWSERS = 16;
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;
    private static final int WARM_UP = 192;
    private static final int COUNTED = 128;

    /** Under strace a call takes some fifty times as long. */
    private static final int TRACED = 32;

    @TempDir static Path folder;

    private final Bounds bounds = new Bounds();
    private Site site;
    private TargetProgram target;
    private InetSocketAddress tunnel;

    @BeforeAll
    void start() throws Exception {
        assumeTrue(
                Programs.wanted() == Programs.JAR,
                "the bounds are those of the JVM; run without --native");
        target = TargetProgram.start(folder.resolve("target"));
        site = Site.start(folder.resolve("site"), BrowserSession.settings());
        Site.Firewall firewall =
                site.addFirewall("fw-1", "127.0.0.1:" + target.address().getPort());
        tunnel =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), site.open(firewall).port());
        for (Bulk.Direction direction : Bulk.Direction.values()) {
            forward(direction, WARM_UP);
        }
    }

    @AfterAll
    void end() {
        if (site != null) {
            site.close();
        }
        if (target != null) {
            target.close();
        }
    }

    private void forward(Bulk.Direction direction, int mebibytes)
            throws IOException, InterruptedException {
        assertThat(Bulk.run(tunnel, direction, 1, (long) mebibytes * MIB)).isPositive();
    }

    private static String name(String what, Bulk.Direction direction) {
        return what + "." + direction.name().toLowerCase(Locale.ROOT);
    }

    @Order(1)
    @Test
    void held_polls_ask_the_database_nothing_and_take_no_thread_each() throws Exception {
        try (HeldPolls polls = new HeldPolls(site, FIREWALLS)) {
            // Connections, and whatever a first check wants once.
            polls.holdOneMoreEach();
            awaitHeld(polls, FIREWALLS);
            Processes broker = Processes.of(site.broker().program().pid());
            long threads = broker.threads();
            // What the broker asks by itself, by the clock.
            long from = System.nanoTime();
            long first = queries();
            Thread.sleep(LOOKING);
            double ownPerNano = (queries() - first) / (double) (System.nanoTime() - from);

            from = System.nanoTime();
            first = queries();
            for (int more = 0; more < MORE; more++) {
                polls.holdOneMoreEach();
            }
            awaitHeld(polls, FIREWALLS * EACH);
            double own = ownPerNano * (System.nanoTime() - from);

            bounds.hold(
                    "queries.per.held.poll",
                    (queries() - first - own) / (double) (FIREWALLS * MORE));
            bounds.hold(
                    "threads.per.1000.held.polls",
                    (broker.threads() - threads) * 1000.0 / (FIREWALLS * (EACH - 1)));
        }
    }

    private static void awaitHeld(HeldPolls polls, int wanted)
            throws IOException, InterruptedException {
        // Written at once by the client; a held answer is known by its not coming.
        Thread.sleep(Duration.ofSeconds(2));
        assertThat(polls.holding()).as("of %d asked", polls.asked()).isEqualTo(wanted);
    }

    /** That the server was ever asked, whoever asked. */
    private long queries() throws SQLException {
        try (var connection = site.broker().database().connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Questions'")) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(2);
        }
    }

    @Order(2)
    @ParameterizedTest
    @EnumSource
    void a_mebibyte_allocates_no_more_than_before(Bulk.Direction direction) throws Exception {
        Allocations broker = Allocations.start(folder, site.broker().program().pid());
        Allocations agent =
                Allocations.start(folder, site.firewalls().getFirst().agent().program().pid());

        forward(direction, COUNTED);

        bounds.hold(name("allocated.per.mib.agent", direction), agent.stop() / (double) COUNTED);
        bounds.hold(name("allocated.per.mib.broker", direction), broker.stop() / (double) COUNTED);
    }

    @Order(3)
    @ParameterizedTest
    @EnumSource
    void a_mebibyte_is_in_no_more_packets_than_before(Bulk.Direction direction) throws Exception {
        bounds.hold(
                name("ssh.bytes.beside.a.mib", direction),
                least(
                        10,
                        () -> {
                            long before = carried(direction);
                            forward(direction, COUNTED);
                            return (carried(direction) - before - (double) COUNTED * MIB) / COUNTED;
                        }));
    }

    private long carried(Bulk.Direction direction) throws Exception {
        SshBytes bytes = SshBytes.of(folder, site.broker().sshPort());
        return switch (direction) {
            case DOWN -> bytes.received();
            case UP -> bytes.sent();
        };
    }

    private interface Count {
        double taken() throws Exception;
    }

    /**
     * How much a packet holds depends on who of the three is compiled already, too: full ones come
     * when all are. So it is the best of some.
     */
    private static double least(int attempts, Count count) throws Exception {
        double least = Double.MAX_VALUE;
        for (int attempt = 0; attempt < attempts; attempt++) {
            least = Math.min(least, count.taken());
        }
        return least;
    }

    @Order(4)
    @ParameterizedTest
    @EnumSource
    void a_mebibyte_takes_no_more_system_calls_than_before(Bulk.Direction direction)
            throws Exception {
        bounds.hold(
                name("system.calls.per.mib.broker", direction),
                least(
                        3,
                        () -> {
                            SystemCalls calls =
                                    SystemCalls.start(folder, site.broker().program().pid());
                            forward(direction, TRACED);
                            return calls.stop() / (double) TRACED;
                        }));
    }

    @Order(5)
    @Test
    void a_new_connection_allocates_no_more_than_before() throws Exception {
        assertThat(connect(Duration.ofSeconds(4))).isPositive();
        Allocations broker = Allocations.start(folder, site.broker().program().pid());
        Allocations agent =
                Allocations.start(folder, site.firewalls().getFirst().agent().program().pid());

        double made = connect(Duration.ofSeconds(2));

        bounds.hold("allocated.per.connection.agent", agent.stop() / made);
        bounds.hold("allocated.per.connection.broker", broker.stop() / made);
    }

    private long connect(Duration time) throws IOException, InterruptedException {
        return Connections.run(tunnel, Connections.Closer.CLIENT, 4, time).count();
    }

    @Order(6)
    @Test
    void a_page_allocates_no_more_than_before_and_has_no_socket_but_the_browser_s()
            throws Exception {
        try (PageTarget page = PageTarget.start();
                ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor()) {
            Site.Tunnel opened =
                    site.open(site.addFirewall("pages", "127.0.0.1:" + page.address().getPort()));
            BrowserSession session = BrowserSession.enter(site, opened.request());
            Pages pages = new Pages(session.broker(), session.trust(), session.headers());
            Processes broker = Processes.of(site.broker().program().pid());
            long descriptors = broker.descriptors();
            assertThat(pages.perSecond(BROWSERS, KIB, Duration.ofSeconds(6))).isPositive();

            Allocations allocations = Allocations.start(folder, site.broker().program().pid());
            Future<Double> rate =
                    beside.submit(() -> pages.perSecond(BROWSERS, KIB, Duration.ofSeconds(2)));
            Thread.sleep(Duration.ofSeconds(1));
            long more = broker.descriptors() - descriptors;
            double count = rate.get() * 2;

            bounds.hold("allocated.per.page.broker", allocations.stop() / count);
            bounds.hold("descriptors.per.browser.broker", more / (double) BROWSERS);
        }
    }

    @Order(7)
    @Test
    void every_bound_was_compared_with_something() {
        assertThat(List.copyOf(bounds.unused())).isEmpty();
    }
}
