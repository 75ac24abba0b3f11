package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How bodies begin and end, and what is never taken for a whole one. */
class BodiesTest {
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

            assertThat(end.get(15, TimeUnit.SECONDS)).isEqualTo(-1);
            await().atMost(Duration.ofSeconds(15)).until(() -> world.relay.underWay() == 0);
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

            assertThat(body.get(15, TimeUnit.SECONDS)).isEqualTo("broken off");
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
            browser.ask("POST /", "Content-Length: 200000000");
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
