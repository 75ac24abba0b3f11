package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.SocketException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Much of it: large bodies, many at once, and sides that stand still. */
class LargeBodiesTest {

    private static final long LARGE = 200L * 1024 * 1024;
    private static final int BLOCK = 64 * 1024;

    /**
     * What may be under way when one side stands still: buffers of two sockets of the kernel, and
     * of the relay in between.
     */
    private static final long UNDER_WAY = 24L * 1024 * 1024;

    private static final long DIRECT = 32L * 1024 * 1024;

    private static long directMemory() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum()
                + io.netty.util.internal.PlatformDependent.usedDirectMemory();
    }

    private static String pour(OutputStream out, long bytes) throws Exception {
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        byte[] block = new byte[BLOCK];
        new Random(7).nextBytes(block);
        for (long left = bytes; left > 0; left -= BLOCK) {
            int now = (int) Math.min(BLOCK, left);
            block[0]++;
            out.write(block, 0, now);
            sum.update(block, 0, now);
        }
        out.flush();
        return HexFormat.of().formatHex(sum.digest());
    }

    private static String drink(InputStream in, long bytes) throws Exception {
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        byte[] block = new byte[BLOCK];
        long left = bytes;
        while (left > 0) {
            int read = in.read(block, 0, (int) Math.min(BLOCK, left));
            if (read < 0) {
                throw new IOException("the body ended " + left + " bytes early");
            }
            sum.update(block, 0, read);
            left -= read;
        }
        return HexFormat.of().formatHex(sum.digest());
    }

    @Test
    void two_hundred_megabytes_go_up_unchanged_in_flat_memory() throws Exception {
        CompletableFuture<String> arrived = new CompletableFuture<>();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            try {
                                arrived.complete(drink(line.in, LARGE));
                            } catch (Exception e) {
                                arrived.completeExceptionally(e);
                            }
                            line.ok("got it");
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            long before = directMemory();
            browser.ask("POST /upload", "Content-Length: " + LARGE);
            String sent = pour(browser.out, LARGE);

            assertThat(browser.text(browser.head())).isEqualTo("got it");
            assertThat(arrived.get(10, TimeUnit.SECONDS)).isEqualTo(sent);
            assertThat(directMemory() - before).isLessThan(DIRECT);
        }
    }

    @Test
    void two_hundred_megabytes_come_down_unchanged_in_flat_memory() throws Exception {
        CompletableFuture<String> sent = new CompletableFuture<>();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                            try {
                                sent.complete(pour(line.out, LARGE));
                            } catch (Exception e) {
                                sent.completeExceptionally(e);
                            }
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            long before = directMemory();
            browser.ask("GET /download");
            browser.head();
            String received = drink(browser.in, LARGE);

            assertThat(received).isEqualTo(sent.get(10, TimeUnit.SECONDS));
            assertThat(directMemory() - before).isLessThan(DIRECT);
        }
    }

    @Test
    void a_browser_that_takes_nothing_holds_the_page_back() throws Exception {
        AtomicLong poured = new AtomicLong();
        try (RawPage page = RawPage.start(line -> pour(line, poured));
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            browser.head();

            assertStandsStill(poured);

            assertThat(drink(browser.in, LARGE)).isNotEmpty();
            assertThat(poured).hasValue(LARGE);
        }
    }

    @Test
    void one_that_takes_nothing_for_too_long_is_cut_off_though_it_never_reads() throws Exception {
        RelayWorld.Limits brief =
                new RelayWorld.Limits(Duration.ofSeconds(30), Duration.ofSeconds(2), 64, 1_000);
        try (RawPage page = RawPage.start(line -> pour(line, new AtomicLong()));
                RelayWorld world = RelayWorld.before(page, brief);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            browser.head();

            assertIsCutOff(browser);
            await().atMost(Duration.ofSeconds(10)).until(() -> page.openConnections() == 0);
        }
    }

    @Test
    void one_that_takes_nothing_is_cut_off_at_once_when_its_session_ends() throws Exception {
        AtomicLong poured = new AtomicLong();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                            for (long left = LARGE; left > 0; left -= BLOCK) {
                                line.out.write(new byte[BLOCK]);
                                poured.addAndGet(BLOCK);
                            }
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            browser.head();
            awaitNoMore(poured);
            world.endSession();

            assertIsCutOff(browser);
        }
    }

    private static void pour(RawPage.Line line, AtomicLong poured) throws IOException {
        line.readHead();
        line.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
        for (long left = LARGE; left > 0; left -= BLOCK) {
            line.out.write(new byte[BLOCK]);
            poured.addAndGet(BLOCK);
        }
    }

    /** Writing tells what reading would hide behind the bytes that are on their way. */
    private static void assertIsCutOff(RawBrowser browser) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThatThrownBy(() -> browser.send("G"))
                                .isInstanceOf(SocketException.class));
    }

    /** All that lies between the two is full. */
    private static void awaitNoMore(AtomicLong count) {
        AtomicLong before = new AtomicLong(-1);
        await().pollInterval(Duration.ofMillis(500))
                .atMost(Duration.ofSeconds(20))
                .until(() -> before.getAndSet(count.get()) == count.get());
    }

    @Test
    void a_page_that_takes_nothing_holds_the_browser_back() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicLong poured = new AtomicLong();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            goOn.await();
                            try {
                                line.ok(drink(line.in, LARGE));
                            } catch (Exception e) {
                                throw new IOException(e);
                            }
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: " + LARGE);
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            for (long left = LARGE; left > 0; left -= BLOCK) {
                                browser.out.write(new byte[BLOCK]);
                                poured.addAndGet(BLOCK);
                            }
                        } catch (IOException e) {
                            poured.set(-1);
                        }
                    });

            assertStandsStill(poured);
            goOn.countDown();

            assertThat(browser.status()).isEqualTo(200);
            assertThat(poured).hasValue(LARGE);
        }
    }

    private static void assertStandsStill(AtomicLong poured) {
        AtomicLong last = new AtomicLong(-1);
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(700))
                .until(() -> poured.get() > 0 && last.getAndSet(poured.get()) == poured.get());
        assertThat(poured.get()).isBetween(1L, UNDER_WAY);
    }

    @Test
    void five_hundred_requests_at_once_lose_no_byte() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            while (true) {
                                String head = line.readHead();
                                byte[] body = line.readBody(head);
                                line.write(
                                        "HTTP/1.1 200 OK\r\nContent-Length: "
                                                + body.length
                                                + "\r\nX-Path: "
                                                + head.split(" ", 3)[1]
                                                + "\r\n\r\n");
                                line.out.write(body);
                                line.out.flush();
                            }
                        });
                RelayWorld world = RelayWorld.before(page)) {
            CountDownLatch start = new CountDownLatch(1);
            var asked =
                    java.util.stream.IntStream.range(0, 500)
                            .mapToObj(number ->
                                    CompletableFuture.runAsync(
                                            () -> askForOwn(world, number, start),
                                            command -> Thread.ofVirtual().start(command)))
                            .toList();
            start.countDown();

            CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                    .get(60, TimeUnit.SECONDS);

            assertThat(page.connections()).isLessThanOrEqualTo(128);
        }
    }

    private static void askForOwn(RelayWorld world, int number, CountDownLatch start) {
        byte[] body = new byte[10_000 + number * 37];
        new Random(number).nextBytes(body);
        try (RawBrowser browser = world.browser()) {
            browser.socket.setSoTimeout(60_000);
            start.await();
            boolean chunked = number % 2 == 0;
            browser.ask(
                    "POST /" + number,
                    chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + body.length);
            if (chunked) {
                browser.send(Integer.toHexString(body.length) + "\r\n");
            }
            browser.out.write(body);
            browser.send(chunked ? "\r\n0\r\n\r\n" : "");
            String head = browser.head();
            assertThat(RawPage.Http.field(head, "x-path")).isEqualTo("/" + number);
            assertThat(browser.body(head)).isEqualTo(body);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("request " + number, e);
        }
    }
}
