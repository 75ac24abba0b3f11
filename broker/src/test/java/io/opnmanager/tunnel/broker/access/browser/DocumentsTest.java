package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents as a browser gets them, with the script that says when their window is gone. */
class DocumentsTest {

    private static final String PAGE = "<!doctype html><html><head><title>x</title></head></html>";
    private static final String WITH_SCRIPT =
            "<!doctype html><html><head>" + ScriptInsertion.TAG + "<title>x</title></head></html>";
    private static final String DOCUMENT = "Sec-Fetch-Dest: document";

    private static String html(String body, String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\n"
                + more
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    /**
     * What came of it.
     *
     * @param asked the head that the page saw
     * @param head of the answer
     * @param body of the answer
     * @param told whether a document was told of, and if so whether with the script
     */
    private record Seen(String asked, String head, String body, @Nullable Boolean told) {}

    private static Seen look(String answer, String... fields) throws Exception {
        try (RawPage page = RawPage.answering(answer);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /", fields);
            String head = browser.head();
            boolean empty = answer.startsWith("HTTP/1.1 304");
            String body = empty ? "" : browser.text(head);
            return new Seen(page.nextHead(), head, body, world.told.document());
        }
    }

    @Test
    void a_document_carries_the_script_and_is_asked_for_uncompressed() throws Exception {
        Seen seen =
                look(
                        html(PAGE, "ETag: \"5\"", "Accept-Ranges: bytes"),
                        DOCUMENT,
                        "Accept-Encoding: gzip, br");

        assertThat(seen.body).isEqualTo(WITH_SCRIPT);
        assertThat(seen.told).isTrue();
        assertThat(seen.asked).containsIgnoringCase("accept-encoding: identity\r\n");
        assertThat(seen.head)
                .containsIgnoringCase("etag: W/\"5\"\r\n")
                .containsIgnoringCase("transfer-encoding: chunked\r\n")
                .doesNotContainIgnoringCase("content-length")
                .doesNotContainIgnoringCase("accept-ranges");
    }

    @Test
    void a_browser_that_does_not_say_what_for_is_understood_by_what_it_accepts() throws Exception {
        assertThat(look(html(PAGE), "Accept: text/html,*/*").body).isEqualTo(WITH_SCRIPT);
        assertThat(look(html(PAGE), "Accept: */*").body).isEqualTo(PAGE);
        assertThat(
                        look(
                                        html(PAGE),
                                        "Accept: text/html, */*; q=0.01",
                                        "X-Requested-With: XMLHttpRequest")
                                .body)
                .isEqualTo(PAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iframe", "empty", "script", "image"})
    void what_is_no_document_goes_through_untouched_and_untold(String destination)
            throws Exception {
        Seen seen =
                look(
                        html(PAGE, "ETag: \"5\""),
                        "Sec-Fetch-Dest: " + destination,
                        "Accept-Encoding: gzip");

        assertThat(seen.body).isEqualTo(PAGE);
        assertThat(seen.told).isNull();
        assertThat(seen.head).contains("ETag: \"5\"\r\n");
        assertThat(seen.asked).contains("Accept-Encoding: gzip\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 200 OK\r\nContent-Type: application/xhtml+xml\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-16\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 206 Partial\r\nContent-Type: text/html\r\nContent-Range: bytes 0-5/9\r\nContent-Length: 6\r\n\r\n<head>"
            })
    void a_document_that_takes_no_script_is_untouched_and_told_of(String answer) throws Exception {
        Seen seen = look(answer, DOCUMENT);

        assertThat(seen.body).isEqualTo("<head>");
        assertThat(seen.told).isFalse();
    }

    @Test
    void a_page_that_compresses_nonetheless_is_untouched_and_told_of() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(PAGE.getBytes(StandardCharsets.UTF_8));
        }
        String bytes = packed.toString(StandardCharsets.ISO_8859_1);

        Seen seen = look(html(bytes, "Content-Encoding: gzip"), DOCUMENT);

        assertThat(seen.body).isEqualTo(bytes);
        assertThat(seen.told).isFalse();
    }

    @Test
    void a_document_from_the_browser_s_own_memory_is_told_of() throws Exception {
        Seen seen =
                look(
                        "HTTP/1.1 304 Not Modified\r\nETag: \"5\"\r\n\r\n",
                        DOCUMENT,
                        "If-None-Match: W/\"5\"");

        assertThat(seen.told).isFalse();
        assertThat(seen.asked).contains("If-None-Match: W/\"5\"\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename=a\r\nContent-Length: 6\r\n\r\n<head>",
                "HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n\r\n"
            })
    void what_fills_no_tab_is_not_told_of(String answer) throws Exception {
        Seen seen = look(answer, DOCUMENT);

        assertThat(seen.told).isNull();
        assertThat(seen.body).doesNotContain("script");
    }

    @Test
    void the_policy_of_opnsense_needs_no_change() throws Exception {
        String policy =
                "default-src 'self' ;img-src 'self' data: blob: ;script-src 'self' 'unsafe-inline' 'unsafe-eval' ;style-src 'self' 'unsafe-inline' 'unsafe-eval' ;";
        Seen seen = look(html(PAGE, "Content-Security-Policy: " + policy), DOCUMENT);

        assertThat(seen.body).isEqualTo(WITH_SCRIPT);
        assertThat(seen.head)
                .contains(
                        "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:;"
                                + " script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src"
                                + " 'self' 'unsafe-inline' 'unsafe-eval'\r\n");
    }

    @Test
    void a_strict_policy_is_opened_for_the_script_alone() throws Exception {
        Seen seen = look(html(PAGE, "Content-Security-Policy: default-src 'none'"), DOCUMENT);

        assertThat(seen.told).isTrue();
        assertThat(seen.head)
                .contains(
                        "Content-Security-Policy: default-src 'none'; script-src 'self'; connect-src 'self'\r\n");
    }

    @Test
    void a_policy_of_nonces_lets_the_script_in_by_the_same() throws Exception {
        Seen seen =
                look(
                        html(
                                PAGE,
                                "Content-Security-Policy: script-src 'strict-dynamic' 'nonce-ab1+/='"),
                        DOCUMENT);

        assertThat(seen.body)
                .contains(
                        "<head><script nonce=\"ab1+/=\" src=\"/.opnmanager/presence.js\"></script>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sandbox", "sandbox allow-scripts", "script-src 'strict-dynamic'"})
    void a_policy_under_which_no_script_runs_leaves_the_document_alone(String policy)
            throws Exception {
        Seen seen = look(html(PAGE, "Content-Security-Policy: " + policy), DOCUMENT);

        assertThat(seen.body).isEqualTo(PAGE);
        assertThat(seen.told).isFalse();
        assertThat(seen.head).contains("Content-Security-Policy: " + policy + "\r\n");
    }
}
