package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.acceptance.HandBrowser.Seen;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Programs;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Much at once, large bodies and slow sides through the whole path: TLS, broker, SSH, agent, page.
 * The broker has little memory, so that what it gathered would be its end.
 */
@ExtendWith(BothCompilers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HeavyUseTest {

    private static final Executor THREADS = work -> Thread.ofVirtual().start(work);

    /**
     * What may be under way between a side that sends and one that does not read: a window of 16
     * MiB, and what kernels keep on the three connections that stand still. The newer ones let a
     * buffer grow to 32 MiB, and it does so when threads are paused.
     */
    private static final long UNDER_WAY = 96L * 1024 * 1024;

    private static final Duration STALL = Duration.ofSeconds(8);
    private static final Duration REQUEST_HEAD = Duration.ofSeconds(8);

    /** So many TLS handshakes at a time: a busy machine has to be done within the limit above. */
    private final Semaphore handshakes = new Semaphore(25);

    private World world;
    private HeavyPage page;
    private JsonNode active;
    private SessionDoor door;
    private HandBrowser browser;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("heavy")
                        .heap("128m")
                        .with("opnmanager.access.console-url", "https://console.test")
                        .with("opnmanager.access.session-url", "https://*.sessions.test")
                        .with("opnmanager.browser.stall", STALL.toSeconds() + "s")
                        .with("opnmanager.http.request-head", REQUEST_HEAD.toSeconds() + "s")
                        .start();
        page = world.with(HeavyPage.start());
        world.addFirewall("firewall-1", "127.0.0.1:" + page.port());
        active =
                world.openActive(
                        OperatorClient.object()
                                .put("firewall_id", world.firewall().id())
                                .put("target", "http://localhost:" + page.port()));
        door = SessionDoor.of(world, active);
        browser = door.entered();
        // Window and worker of a real one; here nobody beats but this.
        world.with(keepBeating());
    }

    private AutoCloseable keepBeating() {
        Thread beats =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                while (true) {
                                    beat();
                                    Thread.sleep(5_000);
                                }
                            } catch (InterruptedException over) {
                                // The world ends.
                            }
                        });
        return beats::interrupt;
    }

    private void beat() {
        try {
            door.beat(browser, "a-window-that-is-open");
        } catch (IOException lost) {
            // One that was late among so many others; the next one counts as well.
        }
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void five_hundred_requests_at_once_lose_no_byte() throws Exception {
        var asked =
                IntStream.range(0, 500)
                        .mapToObj(number ->
                                CompletableFuture.runAsync(() -> askForOwn(number), THREADS))
                        .toList();

        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).get(90, TimeUnit.SECONDS);
    }

    private void askForOwn(int number) {
        byte[] bytes = new byte[5_000 + number * 37];
        new Random(number).nextBytes(bytes);
        String body = HexFormat.of().formatHex(bytes);
        try (Socket socket = ask(number, body.length())) {
            HandBrowser.send(socket, body);
            Seen echoed = HandBrowser.read(socket);
            assertThat(echoed.status()).as("request %d", number).isEqualTo(200);
            assertThat(echoed.body()).as("request %d", number).isEqualTo(body);
        } catch (IOException e) {
            throw new IllegalStateException("request " + number, e);
        }
    }

    private Socket ask(int number, int length) throws IOException {
        handshakes.acquireUninterruptibly();
        try {
            return browser.begin(door.host(), "POST /echo?" + number, "Content-Length: " + length);
        } finally {
            handshakes.release();
        }
    }

    @Test
    void two_hundred_megabytes_go_each_way_at_once_through_a_broker_with_less_memory()
            throws Exception {
        CompletableFuture<String> up =
                CompletableFuture.supplyAsync(() -> unchecked(this::upload), THREADS);
        CompletableFuture<String> down =
                CompletableFuture.supplyAsync(() -> unchecked(this::download), THREADS);

        assertThat(up.get(120, TimeUnit.SECONDS)).isEqualTo("as sent");
        assertThat(down.get(120, TimeUnit.SECONDS)).isEqualTo("as sent");
        assertThat(heapMaximum()).isLessThan(HeavyPage.LARGE);
    }

    private interface Work {
        String done() throws Exception;
    }

    private static String unchecked(Work work) {
        try {
            return work.done();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String upload() throws IOException {
        try (Socket socket =
                browser.begin(door.host(), "POST /digest", "Content-Length: " + HeavyPage.LARGE)) {
            String sent =
                    HeavyPage.pour(socket.getOutputStream(), HeavyPage.LARGE, new AtomicLong());
            assertThat(HandBrowser.head(socket)).startsWith("HTTP/1.1 200 ");
            String arrived =
                    new String(socket.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
            return arrived.equals(sent) ? "as sent" : "changed";
        }
    }

    private String download() throws IOException {
        try (Socket socket = browser.begin(door.host(), "GET /bytes", "Connection: close")) {
            assertThat(HandBrowser.head(socket)).contains("" + HeavyPage.LARGE);
            String arrived = HeavyPage.drink(socket.getInputStream());
            return arrived.equals(
                            HeavyPage.pour(
                                    OutputStream.nullOutputStream(),
                                    HeavyPage.LARGE,
                                    new AtomicLong()))
                    ? "as sent"
                    : "changed";
        }
    }

    /** What the process may take at most: garbage that was not yet collected says nothing. */
    private double heapMaximum() throws Exception {
        assumeTrue(
                Programs.wanted() == Programs.JAR,
                "a native executable does not name its heap's areas as the JVM does");
        return world.operator()
                .metrics()
                .lines()
                .filter(line ->
                        line.startsWith("jvm_memory_max_bytes{") && line.contains("\"heap\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .max()
                .orElseThrow();
    }

    @Test
    void slow_browsers_are_held_back_then_given_up_and_others_go_on() throws Exception {
        // What tests before this one asked for is counted by now.
        Eventually.within(Eventually.SOON, () -> assertThat(page.busy).isEmpty());
        int whole = page.whole.get();
        long begin = System.nanoTime();
        AtomicLong uploaded = new AtomicLong();
        try (Socket head = browser.connect();
                Socket body = browser.begin(door.host(), "POST /digest", "Content-Length: 10");
                Socket reader = browser.begin(door.host(), "GET /bytes");
                Socket unread =
                        browser.begin(
                                door.host(), "POST /lazy", "Content-Length: " + HeavyPage.LARGE)) {
            // Else closing it would wait for the write that stands still.
            unread.setSoLinger(true, 0);
            HandBrowser.send(head, "GET / HTTP/1.1\r\nHost: " + door.host() + "\r\nX-Slow: ");
            HandBrowser.send(body, "a");
            CompletableFuture<Void> pouring =
                    CompletableFuture.runAsync(() -> pourUntilCut(unread, uploaded), THREADS);

            assertThat(HandBrowser.untilCut(head)).isZero();
            assertThat(since(begin)).isLessThan(REQUEST_HEAD.plus(Eventually.SOON));
            assertThat(browser.get(door.host(), "/").body()).isEqualTo("there");
            assertThat(HandBrowser.untilCut(body)).isZero();
            Eventually.within(
                    STALL.plusSeconds(20), () -> assertThat(page.busy).containsExactly("/lazy"));
            assertThat(page.poured.get()).isBetween(1L, UNDER_WAY);
            // Given up without reading a byte: there is nobody to write to.
            Eventually.within(Eventually.SOON, () -> assertRefusesToWrite(reader));
            assertThat(HandBrowser.untilCut(reader)).isLessThan(UNDER_WAY);
            assertThat(uploaded.get()).isBetween(1L, UNDER_WAY);
            assertThat(pouring).isNotDone();
        }
        assertThat(page.whole.get()).as("only the quick one").isEqualTo(whole + 1);
    }

    private static void assertRefusesToWrite(Socket to) {
        assertThatThrownBy(() -> HandBrowser.send(to, "G")).isInstanceOf(SocketException.class);
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private static void pourUntilCut(Socket to, AtomicLong count) {
        try {
            HeavyPage.pour(to.getOutputStream(), HeavyPage.LARGE, count);
        } catch (SocketException | SSLException cut) {
            // As wanted, when the test closes it.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_browser_that_speaks_http_2_uses_the_page() throws Exception {
        Path sent = world.folder().resolve("sent");
        Path got = world.folder().resolve("got");
        byte[] body = new byte[20_000_000];
        new Random(2).nextBytes(body);
        Files.write(sent, body);

        Process curl =
                new ProcessBuilder(
                                "curl",
                                "--http2",
                                "--silent",
                                "--show-error",
                                // The host is of this test only; that it is trusted is not at
                                // issue.
                                "--insecure",
                                "--connect-to",
                                "::127.0.0.1:" + world.broker().uri().getPort(),
                                "--cookie",
                                SessionDoor.SESSION
                                        + "="
                                        + browser.cookies(door.host()).get(SessionDoor.SESSION),
                                "--data-binary",
                                "@" + sent,
                                "--output",
                                got.toString(),
                                "--write-out",
                                "%{http_version} %{http_code}",
                                "https://" + door.host() + "/echo")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(said).isEqualTo("2 200");
        assertThat(Files.mismatch(sent, got)).isEqualTo(-1);
    }

    @Test
    void a_page_with_another_certificate_gets_nothing_and_ends_the_session() throws Exception {
        FirewallPage secure = world.firewall().page();
        JsonNode begun = world.openActive(world.firewall());
        SessionDoor way = SessionDoor.of(world, begun);
        HandBrowser in = way.entered();
        assertThat(in.get(way.host(), "/").status()).isEqualTo(200);

        secure.renewCertificate();
        Seen seen = in.get(way.host(), "/api/secret", "Sec-Fetch-Dest: document");

        assertThat(seen.status()).isEqualTo(502);
        assertThat(seen.body()).contains("The firewall shows another certificate");
        world.assertEnds(begun, "disconnected", "certificate_changed", Eventually.SOON);
        Seen after = in.get(way.host(), "/");
        assertThat(after.status()).isEqualTo(410);
        assertThat(after.body()).contains("showed another certificate than before");
        assertThat(secure.seen()).isEmpty();
        JsonNode pin =
                world.operator()
                        .call(
                                "GET",
                                "/api/v1/firewalls/" + world.firewall().id() + "/certificate-pin",
                                null)
                        .body()
                        .path("items")
                        .path(0);
        assertThat(pin.path("offered_sha256").asText()).isEqualTo(secure.fingerprint());
        world.assertNothingLeft(begun);
    }
}
