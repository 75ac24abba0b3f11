package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.Loopback;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to the page: which are used again, how many there are, how long they may take. */
class ConnectionsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Less than what a test waits for, more than a busy machine may keep a thread waiting. */
    private static final Duration BRIEF = Duration.ofSeconds(3);

    private static RelayWorld.Limits limits(Duration answer, Duration stall) {
        return new RelayWorld.Limits(answer, stall, 64, 1_000);
    }

    private static String get(RelayWorld world, String path) throws IOException {
        try (RawBrowser browser = world.browser()) {
            browser.ask("GET " + path);
            return browser.text(browser.head());
        }
    }

    @Test
    void a_connection_is_used_again() throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page)) {
            for (int i = 0; i < 10; i++) {
                get(world, "/" + i);
            }

            assertThat(page.connections()).isEqualTo(1);
        }
    }

    @Test
    void a_page_that_closes_after_fifteen_requests_fails_none() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            for (int i = 0; i < 15; i++) {
                                line.readBody(line.readHead());
                                line.ok("fine");
                            }
                        });
                RelayWorld world = RelayWorld.before(page)) {
            for (int i = 0; i < 100; i++) {
                assertThat(get(world, "/" + i)).isEqualTo("fine");
            }
        }
    }

    @Test
    void a_kept_connection_that_the_page_closes_when_asked_is_replaced_once() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.ok("first");
                            line.readHead();
                            asked.incrementAndGet();
                            // Closes without an answer, as one whose idle time just ran
                            // out.
                        });
                RelayWorld world = RelayWorld.before(page)) {
            assertThat(get(world, "/")).isEqualTo("first");
            assertThat(get(world, "/again")).isEqualTo("first");
            assertThat(asked).hasValue(1);
            assertThat(page.connections()).isEqualTo(2);
        }
    }

    @Test
    void a_page_that_never_answers_is_asked_twice_and_no_more() throws Exception {
        try (RawPage page = RawPage.start(RawPage.Line::readHead);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");

            assertThat(browser.status()).isEqualTo(502);
            assertThat(page.heads()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void what_changes_something_is_never_sent_twice(String method) throws Exception {
        try (RawPage page = RawPage.start(RawPage.Line::readHead);
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask(method + " /", "Content-Length: 0", "Sec-Fetch-Dest: document");
            String head = browser.head();

            assertThat(RawBrowser.statusOf(head)).isEqualTo(502);
            assertThat(browser.text(head)).contains("whether it was done");
            assertThat(page.heads()).hasSize(1);
        }
    }

    @Test
    void a_request_that_changes_something_gets_no_connection_that_was_kept_for_long()
            throws Exception {
        try (RawPage page = RawPage.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 0");
            browser.text(browser.head());
            // Less than the idle time of any web server that a firewall is known to have.
            await().atMost(Duration.ofSeconds(15)).until(() -> page.openConnections() == 0);
            browser.ask("POST /", "Content-Length: 0");

            assertThat(RawBrowser.statusOf(browser.head())).isEqualTo(200);
            assertThat(page.connections()).isEqualTo(2);
        }
    }

    @Test
    void connections_are_bounded_and_requests_wait_for_one() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        try (RawPage page =
                        RawPage.start(line -> {
                            while (true) {
                                line.readHead();
                                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                                goOn.await();
                                now.decrementAndGet();
                                line.ok("fine");
                            }
                        });
                RelayWorld world =
                        RelayWorld.before(page, new RelayWorld.Limits(LONG, LONG, 4, 6))) {
            List<RawBrowser> browsers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                RawBrowser browser = world.browser();
                browser.ask("GET /" + i);
                browsers.add(browser);
                int asked = i + 1;
                await().until(() ->
                        now.get() == Math.min(asked, 4) && world.relay.underWay() == asked);
            }
            try (RawBrowser tooMany = world.browser()) {
                tooMany.ask("GET /11");
                assertThat(tooMany.status()).isEqualTo(503);
            }
            goOn.countDown();
            for (RawBrowser browser : browsers) {
                assertThat(browser.text(browser.head())).isEqualTo("fine");
                browser.close();
            }

            assertThat(most).hasValue(4);
            assertThat(page.connections()).isEqualTo(4);
        }
    }

    @Test
    void nobody_behind_the_tunnel_is_said_so_with_what_to_do() throws Exception {
        int nobody = Loopback.freePort();
        try (RelayWorld world =
                        RelayWorld.before(
                                RelayWorld.plain(nobody, "generic", RelayWorld.SESSION),
                                RelayWorld.Limits.OF_TESTS);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /", "Sec-Fetch-Dest: document");
            String head = browser.head();
            assertThat(RawBrowser.statusOf(head)).isEqualTo(502);
            assertThat(head)
                    .contains("content-type: text/html; charset=utf-8\r\n")
                    .contains("default-src 'none'")
                    .doesNotContain("unsafe-inline");
            assertThat(browser.text(head))
                    .contains("cannot be reached", "reload", ScriptInsertion.TAG);
            assertThat(world.told.document()).isTrue();

            browser.ask("GET /api", "Sec-Fetch-Dest: empty");
            head = browser.head();
            assertThat(head).contains("content-type: text/plain; charset=utf-8\r\n");
            assertThat(browser.text(head)).contains("cannot be reached").doesNotContain("<");
            assertThat(world.told.document()).isNull();
        }
    }

    @Test
    void a_page_that_says_nothing_is_given_up() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.in.read();
                        });
                RelayWorld world = RelayWorld.before(page, limits(BRIEF, LONG));
                RawBrowser browser = world.browser()) {
            browser.ask("POST /", "Content-Length: 0");

            assertThat(browser.status()).isEqualTo(504);
            await().atMost(Duration.ofSeconds(15)).until(() -> page.openConnections() == 0);
        }
    }

    @Test
    void a_page_that_stops_in_an_answer_is_given_up() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
                            line.in.read();
                        });
                RelayWorld world = RelayWorld.before(page, limits(BRIEF, LONG));
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");

            assertThat(browser.untilClosed()).endsWith("hello");
        }
    }

    @Test
    void a_browser_that_stops_in_its_body_is_given_up_and_others_go_on() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            String head = line.readHead();
                            line.readBody(head);
                            line.ok("fine");
                        });
                RelayWorld world = RelayWorld.before(page, limits(LONG, BRIEF));
                RawBrowser slow = world.browser()) {
            slow.ask("POST /", "Content-Length: 9");
            slow.send("hello");
            assertThat(get(world, "/other")).isEqualTo("fine");

            assertThat(slow.untilClosed()).isEmpty();
            await().atMost(Duration.ofSeconds(15)).until(() -> page.openConnections() == 0);
        }
    }

    @Test
    void a_browser_that_takes_nothing_is_given_up() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n");
                            byte[] block = new byte[64 * 1024];
                            while (true) {
                                line.out.write(block);
                            }
                        });
                RelayWorld world = RelayWorld.before(page, limits(LONG, BRIEF));
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            browser.head();

            await().atMost(Duration.ofSeconds(15))
                    .until(() -> page.openConnections() == 0 && world.relay.underWay() == 0);
        }
    }

    @Test
    void the_session_s_end_ends_everything_at_once() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
                            line.in.read();
                        });
                RelayWorld world = RelayWorld.before(page);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");
            browser.head();
            world.relay.close();

            assertThat(browser.untilClosed()).isEqualTo("hello");
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> page.openConnections() == 0 && world.relay.underWay() == 0);
            try (RawBrowser late = world.browser()) {
                late.ask("GET /");
                assertThat(late.status()).isEqualTo(502);
            }
        }
    }

    @Test
    void the_pinned_certificate_is_accepted_whatever_it_says() throws Exception {
        try (FirewallPage page = FirewallPage.start("fw-21");
                RelayWorld world =
                        RelayWorld.before(
                                RelayWorld.tls(page.port(), page.fingerprint()),
                                RelayWorld.Limits.OF_TESTS)) {
            assertThat(get(world, "/")).contains("fw-21");
        }
    }

    @Test
    void another_certificate_gets_no_byte_and_is_told() throws Exception {
        try (FirewallPage page = FirewallPage.start("fw-21")) {
            String pinned = page.fingerprint();
            page.renewCertificate();
            try (RelayWorld world =
                            RelayWorld.before(
                                    RelayWorld.tls(page.port(), pinned),
                                    RelayWorld.Limits.OF_TESTS);
                    RawBrowser browser = world.browser()) {
                browser.ask("POST /echo", "Content-Length: 6", "Sec-Fetch-Dest: document");
                browser.send("secret");
                String head = browser.head();

                assertThat(RawBrowser.statusOf(head)).isEqualTo(502);
                assertThat(browser.text(head))
                        .contains("another certificate", "accept the new certificate");
                assertThat(world.told.wrongCertificates).containsOnly(page.fingerprint());
            }
        }
    }

    @Test
    void a_tls_handshake_that_stalls_is_given_up() throws Exception {
        try (RawPage page = RawPage.start(line -> line.in.readAllBytes());
                RelayWorld world =
                        RelayWorld.before(
                                RelayWorld.tls(page.port(), "00".repeat(32)),
                                RelayWorld.Limits.OF_TESTS);
                RawBrowser browser = world.browser()) {
            browser.ask("GET /");

            assertThat(browser.status()).isEqualTo(504);
        }
    }
}
