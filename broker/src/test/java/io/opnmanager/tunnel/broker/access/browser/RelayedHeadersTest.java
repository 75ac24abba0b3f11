package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RelayedHeadersTest {

    private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";

    private static String seenByPage(String... fields) throws Exception {
        try (RawPage page = RawPage.answering(EMPTY + "\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /", fields);
            assertThat(browser.status()).isEqualTo(200);
            return page.nextHead();
        }
    }

    private static String seenByBrowser(String... fields) throws Exception {
        String answer = EMPTY + String.join("\r\n", fields) + "\r\n\r\n";
        try (RawPage page = RawPage.answering(answer);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            return browser.head();
        }
    }

    @Test
    void the_page_hears_its_own_name_in_host_origin_and_referer() throws Exception {
        try (RawPage page = RawPage.answering(EMPTY + "\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask(
                    "GET /ui/core?x=1",
                    "Origin: " + RelayWorld.SESSION,
                    "Referer: " + RelayWorld.SESSION + "/ui/a%2Fb?c=d");
            assertThat(browser.status()).isEqualTo(200);
            String own = "localhost:" + page.port();

            assertThat(page.nextHead().split("\r\n"))
                    .contains(
                            "GET /ui/core?x=1 HTTP/1.1",
                            "host: " + own,
                            "Origin: http://" + own,
                            "Referer: http://" + own + "/ui/a%2Fb?c=d");
        }
    }

    @Test
    void the_console_s_address_is_told_to_no_page() throws Exception {
        assertThat(seenByPage("Referer: http://localhost:8080/connect?request=17"))
                .doesNotContainIgnoringCase("referer")
                .doesNotContain("connect");
    }

    @Test
    void another_site_s_origin_is_passed_on_so_that_the_page_can_refuse_it() throws Exception {
        assertThat(seenByPage("Origin: https://evil.example"))
                .contains("Origin: https://evil.example\r\n");
    }

    @Test
    void the_broker_s_cookies_stay_with_the_broker() throws Exception {
        String head =
                seenByPage(
                        "Cookie: PHPSESSID=abc; __Host-opnmanager-session=s3cret; lang=de",
                        "Cookie: __host-OPNMANAGER-sign-in=s3cret; a=b");

        assertThat(head)
                .contains("Cookie: PHPSESSID=abc; lang=de; a=b\r\n")
                .doesNotContain("s3cret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 10.0.0.1",
                "X-Forwarded-Host: evil",
                "X-Forwarded-Proto: https",
                "Forwarded: for=10.0.0.1",
                "X-Real-IP: 10.0.0.1",
                "Via: 1.1 evil",
                "X-Original-URL: /admin",
                "X-Rewrite-URL: /admin",
                "True-Client-IP: 10.0.0.1",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic eDp5",
                "TE: trailers",
                "Trailer: X-Checksum",
                "Upgrade: TLS/1.0",
                "HTTP2-Settings: AAMAAABkAAQAAP__"
            })
    void what_speaks_of_the_way_or_of_one_connection_ends_at_the_relay(String field)
            throws Exception {
        String name = field.substring(0, field.indexOf(':'));

        assertThat(seenByPage(field, "X-Kept: 1"))
                .doesNotContainIgnoringCase("\r\n" + name + ":")
                .contains("X-Kept: 1\r\n");
    }

    @Test
    void a_field_that_connection_names_ends_at_the_relay() throws Exception {
        assertThat(seenByPage("Connection: keep-alive, X-Hop", "X-Hop: 1", "X-Kept: 1"))
                .doesNotContainIgnoringCase("X-Hop")
                .contains("X-Kept: 1\r\n");
    }

    @Test
    void bytes_of_values_go_through_unchanged_both_ways() throws Exception {
        String utf8 =
                new String("Grüße-€".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(seenByPage("X-Name: " + utf8)).contains("X-Name: " + utf8 + "\r\n");
        assertThat(seenByBrowser("Content-Disposition: inline; filename=\"" + utf8 + "\""))
                .contains("filename=\"" + utf8 + "\"\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Location: http://localhost:PORT/ui/x?a=%2F#b | Location: SESSION/ui/x?a=%2F#b",
                "Location: HTTP://LOCALHOST:PORT | Location: SESSION",
                "Location: http://127.0.0.1:PORT/a//b | Location: SESSION/a//b",
                "Location: http://[::1]:PORT/ | Location: SESSION/",
                "Location: //localhost:PORT/a | Location: SESSION/a",
                "Location: /index.php | Location: /index.php",
                "Location: https://opnsense.org/ | Location: https://opnsense.org/",
                "Location: https://HOST/moved | Location: SESSION/moved",
                "Content-Location: http://localhost:PORT/a | Content-Location: SESSION/a",
                "Refresh: 1; url=http://localhost:PORT/index.php | Refresh: 1; url=SESSION/index.php",
                "Refresh: 5 | Refresh: 5",
                "Refresh: 1; url=index.php | Refresh: 1; url=index.php",
                "Set-Cookie: PHPSESSID=a; path=/; secure; HttpOnly | Set-Cookie: PHPSESSID=a; path=/; secure; HttpOnly",
                "Set-Cookie: a=b; Domain=localhost; SameSite=Lax | Set-Cookie: a=b; SameSite=Lax",
            })
    void an_answer_that_names_the_page_names_the_session_s_host(String sent, String received)
            throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            String port = Integer.toString(line.socket.getLocalPort());
                            line.write(
                                    "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
                                            + sent.replace(":PORT", ":" + port)
                                                    .replace(
                                                            "//HOST",
                                                            "//" + RelayWorld.SESSION_HOST)
                                            + "\r\n\r\n");
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");

            assertThat(browser.head().split("\r\n"))
                    .contains(received.replace("SESSION", RelayWorld.SESSION));
        }
    }

    @Test
    void a_way_to_another_port_of_the_firewall_is_explained_and_not_followed() throws Exception {
        try (RawPage page =
                        RawPage.answering(
                                "HTTP/1.1 301 Moved\r\nLocation: https://localhost/\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /", "Sec-Fetch-Dest: document");
            String head = browser.head();

            assertThat(RawBrowser.statusOf(head)).isEqualTo(502);
            assertThat(browser.text(head)).contains("another port of the firewall");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Strict-Transport-Security: max-age=31536000",
                "Alt-Svc: h3=\":443\"",
                "Public-Key-Pins: pin-sha256=\"a\"",
                "Clear-Site-Data: \"*\"",
                "Set-Cookie: __Host-opnmanager-session=x; Path=/; Secure",
                "Set-Cookie: __HOST-opnmanager-sign-in=x; Path=/; Secure",
                "Set-Cookie: =__Host-opnmanager-session=x; Path=/",
                "Keep-Alive: timeout=30, max=15",
                "Proxy-Authenticate: Basic",
                "Upgrade: h2"
            })
    void what_would_outlive_the_session_or_touch_the_broker_is_dropped(String field)
            throws Exception {
        assertThat(seenByBrowser(field, "X-Kept: 1", "X-Frame-Options: SAMEORIGIN"))
                .doesNotContainIgnoringCase("\r\n" + field.substring(0, field.indexOf(':')) + ":")
                .contains("X-Kept: 1\r\n", "X-Frame-Options: SAMEORIGIN\r\n");
    }

    @Test
    void cookies_are_secure_where_the_session_is() throws Exception {
        try (RawPage page = RawPage.answering(EMPTY + "Set-Cookie: a=b; SameSite=Strict\r\n\r\n");
                RelayWorld world =
                        RelayWorld.before(
                                RelayWorld.plain(
                                        page.port(), "generic", "https://k3jx.example.net"),
                                RelayWorld.Limits.OF_TESTS);
                RawBrowser browser = world.browser()) {
            browser.send("GET / HTTP/1.1\r\nHost: k3jx.example.net\r\n\r\n");

            assertThat(browser.head()).contains("Set-Cookie: a=b; SameSite=Strict; Secure\r\n");
        }
    }

    @Test
    void an_answer_with_too_many_headers_is_not_passed_on() throws Exception {
        assertThat(seenByBrowser("A: 1\r\n".repeat(150) + "B: 1")).startsWith("HTTP/1.1 502 ");
    }

    @Test
    void an_answer_with_too_large_headers_is_not_passed_on() throws Exception {
        assertThat(seenByBrowser("A: " + "x".repeat(70_000))).startsWith("HTTP/1.1 502 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "//a",
                "/a/../b",
                "/./a",
                "/a;b=c/d",
                "/a%3Bb",
                "/a%2Fb%2f",
                "/%00",
                "/%zz",
                "/a?b?c&d=%2e%2E;e",
                "/a?u=http://x/y",
                "/\\a|b^c`{d}\"<e>",
                "/?",
                "/.opnmanager-not",
                "/\u00c3\u00a9?\u00e2\u0082\u00ac"
            })
    void a_path_goes_through_byte_for_byte(String path) throws IOException, InterruptedException {
        try (RawPage page = RawPage.answering(EMPTY + "\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET " + path);
            assertThat(browser.status()).isEqualTo(200);

            assertThat(page.nextHead()).startsWith("GET " + path + " HTTP/1.1\r\n");
        }
    }

    @Test
    void an_absolute_target_may_name_the_session_s_host_only() throws Exception {
        try (RawPage page = RawPage.answering(EMPTY + "\r\n");
                RelayWorld world = RelayWorld.before(page)) {
            try (RawBrowser browser = world.browser()) {
                browser.ask("GET " + RelayWorld.SESSION + "/a?b");
                assertThat(browser.status()).isEqualTo(200);
                assertThat(page.nextHead()).startsWith("GET /a?b HTTP/1.1\r\n");
            }
            try (RawBrowser browser = world.browser()) {
                browser.ask("GET http://other.localhost:8080/a");
                assertThat(browser.status()).isEqualTo(400);
            }
            assertThat(page.heads()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"CONNECT example.net:443,405", "TRACE /,405", "OPTIONS *,200", "GET *,400"})
    void methods_that_mean_the_relay_are_not_relayed(String line, int status) throws Exception {
        try (RawPage page = RawPage.answering(EMPTY + "\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask(line);

            assertThat(browser.status()).isEqualTo(status);
            assertThat(page.heads()).hasSize(status == 200 ? 1 : 0);
        }
    }
}
