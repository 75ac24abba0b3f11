package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodiesTest {

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

            assertStandsStill(poured);

            assertThat(drink(browser.in, LARGE)).isNotEmpty();
            assertThat(poured).hasValue(LARGE);
        }
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n01234",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\nx\r\n"
            })
    void an_answer_that_breaks_off_does_not_look_whole(String answer) throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write(answer);
                            Thread.sleep(300);
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            String all = browser.untilClosed();

            assertThat(all).contains("01234");
            String body = all.substring(all.indexOf("\r\n\r\n") + 4);
            if (all.toLowerCase(java.util.Locale.ROOT).contains("content-length: 10")) {
                assertThat(body).hasSizeLessThan(10);
            } else {
                assertThat(body).doesNotEndWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void an_answer_without_a_length_ends_with_its_connection_and_is_whole() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\n\r\nall there is");
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");

            assertThat(browser.text(browser.head())).isEqualTo("all there is");
        }
    }

    @Test
    void a_browser_of_http_1_0_is_answered_without_chunks() throws Exception {
        try (RawPage page =
                        RawPage.answering(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.send("GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
            String all = browser.untilClosed();

            assertThat(all).endsWith("\r\n\r\nhello").doesNotContainIgnoringCase("chunked");
        }
    }

    @Test
    void a_browser_that_goes_away_ends_the_page_s_work_at_once() throws Exception {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            end.complete(line.in.read());
                        });
                RelayWorld world = RelayWorld.before(page)) {
            try (RawBrowser browser = world.browser()) {
                browser.ask("GET /slow");
                page.nextHead();
            }

            assertThat(end.get(1, TimeUnit.SECONDS)).isEqualTo(-1);
            await().atMost(Duration.ofSeconds(1)).until(() -> world.relay.underWay() == 0);
        }
    }

    @Test
    void an_upload_that_breaks_off_is_no_whole_body_for_the_page() throws Exception {
        CompletableFuture<String> body = new CompletableFuture<>();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            try {
                                RawPage.Http.readChunks(line.in);
                                body.complete("whole");
                            } catch (IOException e) {
                                body.complete("broken off");
                            }
                        });
                RelayWorld world = RelayWorld.before(page)) {
            try (RawBrowser browser = world.browser()) {
                browser.ask("POST /", "Transfer-Encoding: chunked");
                browser.send("5\r\nhello\r\n");
                page.nextHead();
                Thread.sleep(200);
            }

            assertThat(body.get(2, TimeUnit.SECONDS)).isEqualTo("broken off");
        }
    }

    @Test
    void an_early_answer_reaches_the_browser_while_it_still_sends() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.in.readNBytes(1_000);
                            line.write(
                                    "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge");
                            // Goes on reading: closing now would lose the answer.
                            line.in.transferTo(OutputStream.nullOutputStream());
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: " + LARGE);
            browser.out.write(new byte[100_000]);
            String head = browser.head();

            assertThat(RawBrowser.statusOf(head)).isEqualTo(413);
            assertThat(browser.text(head)).isEqualTo("large");
            assertThat(browser.untilClosed()).isEmpty();
        }
    }

    @Test
    void leave_to_send_a_body_is_asked_of_the_page() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            String head = line.readHead();
                            line.write("HTTP/1.1 100 Continue\r\n\r\n");
                            line.ok(new String(line.readBody(head), StandardCharsets.US_ASCII));
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 5", "Expect: 100-continue");
            assertThat(browser.status()).isEqualTo(100);
            browser.send("hello");

            assertThat(browser.text(browser.head())).isEqualTo("hello");
            assertThat(page.nextHead()).containsIgnoringCase("expect: 100-continue\r\n");
        }
    }

    @Test
    void a_page_that_gives_no_leave_gets_the_body_after_a_second() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            String head = line.readHead();
                            line.ok(new String(line.readBody(head), StandardCharsets.US_ASCII));
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 5", "Expect: 100-continue");
            assertThat(browser.status()).isEqualTo(100);
            browser.send("hello");

            assertThat(browser.text(browser.head())).isEqualTo("hello");
        }
    }

    @Test
    void a_body_that_the_page_does_not_want_is_not_asked_for() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
                            line.in.readAllBytes();
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 5", "Expect: 100-continue");

            assertThat(browser.status()).isEqualTo(403);
        }
    }

    @Test
    void an_unknown_expectation_is_refused() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 5", "Expect: miracles");

            assertThat(browser.status()).isEqualTo(417);
            assertThat(page.heads()).isEmpty();
        }
    }

    @Test
    void trailers_go_through_unless_they_say_what_had_to_be_known_before() throws Exception {
        try (RawPage page =
                        RawPage.answering(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Checksum: 1\r\nSet-Cookie: a=b\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /", "Connection: close");

            assertThat(browser.untilClosed()).endsWith("2\r\nhi\r\n0\r\nX-Checksum: 1\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void answers_without_a_body_have_none(int status) throws Exception {
        try (RawPage page =
                        RawPage.answering("HTTP/1.1 " + status + " Fine\r\nETag: \"1\"\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            for (int i = 0; i < 3; i++) {
                browser.ask("GET /");
                assertThat(browser.head())
                        .startsWith("HTTP/1.1 " + status + " ")
                        .contains("ETag: \"1\"\r\n")
                        .doesNotContainIgnoringCase("content-length")
                        .doesNotContainIgnoringCase("transfer-encoding");
            }
        }
    }

    @Test
    void an_answer_to_head_keeps_its_length_and_has_no_body() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            for (int i = 0; i < 3; i++) {
                browser.ask("HEAD /");
                assertThat(browser.head())
                        .startsWith("HTTP/1.1 200 ")
                        .containsIgnoringCase("content-length: 5000\r\n");
            }
        }
    }
}
