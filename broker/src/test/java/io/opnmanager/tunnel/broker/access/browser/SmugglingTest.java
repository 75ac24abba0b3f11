package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two readers could read in two ways: one of them would find a second request. */
class SmugglingTest {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d\\d\\d) ");
    private static final String SECOND = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

    /** In place of the line end: the request as it stands, with what comes after it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5|Content-Length: 6",
                "Content-Length: 5, 6",
                "Content-Length: +5",
                "Content-Length: -1",
                "Content-Length: 0x5",
                "Content-Length: 5 5",
                "Content-Length:",
                "Content-Length : 5",
                "Content-Length: 99999999999999999999",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked|Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked|Transfer-Encoding: identity",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding:\u000bchunked",
                "Transfer-Encoding: \"chunked\"",
                " Transfer-Encoding: chunked",
                "X: 1\nTransfer-Encoding: chunked",
                "X: 1\rTransfer-Encoding: chunked",
                "X: a\u0000b",
                "X: a\u0001b",
                "X: a\u007fb",
                "X(: 1",
                "X\u0000: 1",
                ": 1",
                "nocolon",
                "Host: other"
            })
    void is_refused_and_nothing_behind_it_is_taken_for_a_request(String fields) throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /first", fields.split("\\|", -1));
            browser.send("0\r\n\r\n" + SECOND);

            String answers = browser.untilClosed();

            assertThat(STATUS.matcher(answers).results().map(found -> found.group(1)))
                    .containsExactly("400");
            assertThat(page.heads()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a b HTTP/1.1",
                "GET /a#b HTTP/1.1",
                "GET a HTTP/1.1",
                "GET /\u0001 HTTP/1.1",
                "GET /\u0000 HTTP/1.1",
                "GET /\u00ff\u00fe HTTP/1.1",
                "G(T /a HTTP/1.1",
                "GET /a HTTP/1.1 x",
                "GET /a HTTP/2.0",
                "GET /a HTTP/1.2",
                "GET /a",
                "GET /a FTP/1.1"
            })
    void a_request_line_that_is_none_is_refused(String line) throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.send(line + "\r\nHost: " + RelayWorld.SESSION_HOST + "\r\n\r\n" + SECOND);

            String answers = browser.untilClosed();

            assertThat(STATUS.matcher(answers).results().map(found -> found.group(1)))
                    .allMatch(status -> status.equals("400") || status.equals("501"))
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(page.heads()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET  /a HTTP/1.1", "GET /a\tHTTP/1.1", "GET\t/a HTTP/1.1"})
    void a_request_line_with_odd_spaces_reaches_the_page_as_a_plain_one(String line)
            throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.send(line + "\r\nHost: " + RelayWorld.SESSION_HOST + "\r\n\r\n");
            assertThat(browser.status()).isEqualTo(200);

            assertThat(page.nextHead()).startsWith("GET /a HTTP/1.1\r\n");
        }
    }

    @Test
    void a_folded_line_reaches_the_page_as_one() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /", "X-Folded: a\r\n\tTransfer-Encoding: chunked");
            assertThat(browser.status()).isEqualTo(200);

            assertThat(page.nextHead()).contains("X-Folded: a Transfer-Encoding: chunked\r\n");
        }
    }

    @Test
    void a_length_beside_chunks_never_reaches_the_page() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 3", "Transfer-Encoding: chunked");
            browser.send("1\r\na\r\n0\r\n\r\n");
            assertThat(browser.status()).isEqualTo(200);

            assertThat(page.nextHead())
                    .containsIgnoringCase("transfer-encoding: chunked\r\n")
                    .doesNotContainIgnoringCase("content-length");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1\r\nab\r\n0\r\n\r\n",
                "-1\r\na\r\n0\r\n\r\n",
                "0x1\r\na\r\n0\r\n\r\n",
                "1\na\n0\n\n",
                "1\r\na0\r\n\r\n",
                "1;a=b\nx\r\na\r\n0\r\n\r\n",
                "ffffffffff\r\na\r\n0\r\n\r\n",
                "\r\n0\r\n\r\n"
            })
    void broken_chunks_are_never_a_whole_body(String chunks) throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            RawPage.Http.readChunks(line.in);
                            line.heads().add("a whole body");
                            line.ok("");
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Transfer-Encoding: chunked");
            browser.send(chunks);
            browser.untilClosed();

            assertThat(page.heads()).doesNotContain("a whole body");
        }
    }

    @Test
    void an_old_request_with_chunks_is_refused() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.send(
                    "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");

            assertThat(browser.status()).isEqualTo(400);
            assertThat(page.heads()).isEmpty();
        }
    }

    @Test
    void a_flood_of_headers_is_refused() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page)) {
            try (RawBrowser many = world.browser()) {
                many.ask("GET /", "A: 1\r\n".repeat(120) + "B: 2");
                assertThat(many.status()).isEqualTo(431);
            }
            try (RawBrowser large = world.browser()) {
                large.ask("GET /", "A: " + "x".repeat(20_000));
                assertThat(large.status()).isEqualTo(431);
            }
            try (RawBrowser longer = world.browser()) {
                longer.ask("GET /" + "x".repeat(9_000));
                assertThat(longer.status()).isEqualTo(414);
            }
            assertThat(page.heads()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 102 Processing\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/9.9 200 OK\r\n\r\n"
            })
    void an_answer_that_can_be_read_in_two_ways_is_not_passed_on(String answer) throws Exception {
        try (RawPage page = RawPage.answering(answer);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 0");
            String head = browser.head();

            assertThat(RawBrowser.statusOf(head)).isEqualTo(502);
            assertThat(browser.text(head)).doesNotContain("hello");
        }
    }
}
