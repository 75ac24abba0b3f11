package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.acceptance.HandBrowser.Seen;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.sql.SQLIntegrityConstraintViolationException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session's own host answers, whom, and what never comes from it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionHostTest {

    private World world;
    private String credential;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("session-hosts")
                        .with("opnmanager.access.console-url", "https://console.test")
                        .with("opnmanager.access.session-url", "https://*.sessions.test")
                        .firewalls(2)
                        .start();
        try (OperatorClient administrator = world.broker().administratorClient()) {
            credential = "Authorization: Bearer " + administrator.token("session-hosts");
        }
    }

    @AfterAll
    void end() {
        world.close();
    }

    private SessionDoor door() throws Exception {
        return SessionDoor.of(world, world.openActive(world.firewall()));
    }

    @Test
    void whoever_guesses_a_host_or_a_cookie_is_refused() throws Exception {
        SessionDoor door = door();
        HandBrowser stranger = door.browser();

        for (String host :
                List.of(
                        "aaaaaaaaaaaaaaaaaaaaaaaaaa.sessions.test",
                        "x.sessions.test",
                        "a.b.sessions.test",
                        door.request() + ".sessions.test")) {
            Seen guessed = stranger.get(host, "/");
            assertThat(guessed.status()).as(host).isEqualTo(403);
            assertThat(guessed.body()).contains("There is no session here");
        }
        Seen without = stranger.get(door.host(), "/");
        Seen wrong =
                stranger.get(
                        door.host(), "/", "Cookie: " + SessionDoor.SESSION + "=" + "A".repeat(43));
        for (Seen seen : List.of(without, wrong)) {
            assertThat(seen.status()).isEqualTo(403);
            assertThat(seen.body())
                    .contains("This browser has not been let in")
                    .contains("https://console.test/connect?request=" + door.request());
            assertThat(seen.header("content-security-policy").orElseThrow())
                    .startsWith("default-src 'none'; style-src 'sha256-")
                    .doesNotContain("unsafe");
        }
        world.operator().close(door.request());
    }

    @Test
    void a_page_that_nobody_serves_is_said_so_and_is_there_again_when_it_is_served()
            throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.entered();
        FirewallPage page = world.firewall().page();
        page.stop();
        try {
            Seen nobody = browser.get(door.host(), "/", "Sec-Fetch-Dest: document");
            assertThat(nobody.status()).isEqualTo(502);
            assertThat(nobody.body()).contains("The firewall's page cannot be reached", "reload");
        } finally {
            page.startAgain();
        }

        assertThat(browser.get(door.host(), "/").status()).isEqualTo(200);
        world.operator().close(door.request());
    }

    @Test
    void the_cookie_of_one_session_is_of_no_use_at_another() throws Exception {
        SessionDoor one = door();
        HandBrowser browser = one.entered();
        JsonNode second = world.openActive(world.firewall(1));
        SessionDoor other = SessionDoor.of(world, second);
        String cookie = browser.cookies(one.host()).get(SessionDoor.SESSION);

        Seen seen =
                other.browser()
                        .get(other.host(), "/", "Cookie: " + SessionDoor.SESSION + "=" + cookie);

        assertThat(seen.status()).isEqualTo(403);
        world.operator().close(one.request());
        world.operator().close(other.request());
    }

    @Test
    void what_signs_in_at_the_console_is_nothing_on_a_session_host() throws Exception {
        SessionDoor door = door();

        Seen seen =
                door.browser()
                        .get(
                                door.host(),
                                "/",
                                "Cookie: __Host-opnmanager-sign-in=" + "A".repeat(43),
                                credential);

        assertThat(seen.status()).isEqualTo(403);
        world.operator().close(door.request());
    }

    @Test
    void no_cookie_of_the_broker_reaches_the_firewall() throws Exception {
        SessionDoor door = door();
        String session = door.entered().cookies(door.host()).get(SessionDoor.SESSION);

        Seen seen =
                door.browser()
                        .get(
                                door.host(),
                                "/?with-cookies",
                                "Cookie: PHPSESSID=mine; __Host-opnmanager-sign-in=theirs; "
                                        + SessionDoor.SESSION
                                        + "="
                                        + session);

        assertThat(seen.status()).isEqualTo(200);
        assertThat(world.firewall().page().seen())
                .filteredOn(request -> request.uri().equals("/?with-cookies"))
                .singleElement()
                .satisfies(
                        request -> assertThat(request.cookieNames()).containsExactly("PHPSESSID"));
        world.operator().close(door.request());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/nodes",
                "/q/health/ready",
                "/q/metrics",
                "/q/openapi",
                "//q/metrics",
                "/%71/metrics",
                "/;/api/v1/nodes",
                "/x/../api/v1/nodes",
                "/api/v1/nodes;x",
                "/index.html",
                "/connect"
            })
    void a_session_host_never_serves_the_console_or_the_api(String path) throws Exception {
        SessionDoor door = door();
        HandBrowser in = door.entered();

        Seen outside = door.browser().get(door.host(), path, credential);
        Seen inside = in.get(door.host(), path, credential);

        assertThat(outside.status()).isEqualTo(403);
        assertThat(outside.body()).contains("This browser has not been let in");
        // The firewall's page has nothing there.
        assertThat(inside.status()).isEqualTo(404);
        assertThat(inside.body()).contains("There is no such page here");
        world.operator().close(door.request());
    }

    @Test
    void hosts_are_compared_exactly_and_odd_ones_refused() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.browser();
        String host = door.host();

        for (String written :
                List.of(host.toUpperCase(java.util.Locale.ROOT), host + ".", host + ":8443")) {
            assertThat(browser.get(written, "/q/health/live").status()).as(written).isEqualTo(403);
        }
        String get = "GET /q/health/live HTTP/1.1\r\n";
        String end = "Connection: close\r\n\r\n";
        for (String odd :
                List.of(
                        get + end,
                        get + "Host:\r\n" + end,
                        get + "Host: localhost\r\nHost: " + host + "\r\n" + end,
                        get + "Host: " + host + "\r\nHost: " + host + "\r\n" + end,
                        get + "Host: localhost, " + host + "\r\n" + end,
                        get + "Host: someone@" + host + "\r\n" + end,
                        get + "Host: " + host + "..\r\n" + end,
                        get + "Host: " + host + "/x\r\n" + end,
                        "GET /q/health/live HTTP/1.2\r\nHost: localhost\r\n" + end,
                        "GET /q/health/live HTTP/2.0\r\nHost: localhost\r\n" + end,
                        "GET /q/health/live FTP/1.1\r\nHost: localhost\r\n" + end,
                        "GET https://localhost/q/health/live HTTP/1.1\r\nHost: "
                                + host
                                + "\r\n"
                                + end,
                        "GET https://"
                                + host
                                + "/q/health/live HTTP/1.1\r\nHost: localhost\r\n"
                                + end)) {
            Seen seen = browser.raw(odd);
            assertThat(seen.status()).as(odd).isEqualTo(400);
            assertThat(seen.body()).as(odd).doesNotContain("UP");
        }
        assertThat(browser.raw(get + "Host: localhost\r\n" + end).status()).isEqualTo(200);
        world.operator().close(door.request());
    }

    @Test
    void a_page_of_another_origin_cannot_use_a_session() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.entered();
        String sibling = "https://bbbbbbbbbbbbbbbbbbbbbbbbbb.sessions.test";

        for (String[] from :
                List.of(
                        new String[] {"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: cors"},
                        new String[] {"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"},
                        new String[] {"Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: websocket"},
                        new String[] {
                            "Sec-Fetch-Site: cross-site",
                            "Sec-Fetch-Mode: navigate",
                            "Sec-Fetch-Dest: iframe"
                        },
                        new String[] {"Origin: " + sibling},
                        new String[] {"Origin: null"})) {
            Seen seen = browser.get(door.host(), "/", from);
            assertThat(seen.status()).as(String.join(", ", from)).isEqualTo(403);
            assertThat(seen.body()).contains("Another site asked for this page");
        }
        Seen posted =
                browser.post(
                        door.host(),
                        "/",
                        "x=1",
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: document");
        assertThat(posted.status()).isEqualTo(403);
        Seen link =
                browser.get(
                        door.host(),
                        "/",
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Mode: navigate",
                        "Sec-Fetch-Dest: document");
        assertThat(link.status()).isEqualTo(200);
        world.operator().close(door.request());
    }

    @Test
    void an_ended_session_says_why_and_has_the_browser_forget() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.entered();

        world.operator().close(door.request());

        Eventually.within(
                Eventually.GONE,
                () -> assertThat(browser.get(door.host(), "/").status()).isEqualTo(410));
        for (String path :
                List.of("/", "/.opnmanager/ended", "/.opnmanager/enter", "/api/v1/nodes")) {
            Seen seen = browser.get(door.host(), path);
            assertThat(seen.status()).as(path).isEqualTo(410);
            assertThat(seen.body())
                    .contains("The session has ended")
                    .contains("It was closed.")
                    .contains("https://console.test/firewalls/" + world.firewall().id());
            assertThat(seen.header("clear-site-data"))
                    .contains("\"cache\", \"cookies\", \"storage\"");
        }
        assertThat(door.beat(browser, "tab-of-sixteen-ch").status()).isEqualTo(410);
    }

    @Test
    void what_a_firewall_calls_its_pages_is_in_no_metric() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.entered();
        browser.get(door.host(), "/secret-page-of-a-firewall");

        Eventually.within(
                Eventually.GONE,
                () -> assertThat(world.operator().metrics()).contains("/(session host)"));
        assertThat(world.operator().metrics()).doesNotContain("secret-page");
        world.operator().close(door.request());
    }

    @Test
    void the_script_is_served_with_its_types_and_only_inside() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.entered();

        for (String name : List.of("presence.js", "presence-worker.js")) {
            Seen script = browser.get(door.host(), "/.opnmanager/" + name);
            assertThat(script.status()).isEqualTo(200);
            assertThat(script.header("content-type")).contains("text/javascript; charset=utf-8");
            assertThat(script.header("cache-control")).contains("no-store");
            assertThat(script.body()).contains("15000").doesNotContain("BEAT_MILLISECONDS");
            assertThat(door.browser().get(door.host(), "/.opnmanager/" + name).status())
                    .isEqualTo(403);
        }
        assertThat(browser.get(door.host(), "/.opnmanager/other").status()).isEqualTo(404);
        assertThat(browser.get(door.host(), "/.opnmanager").status()).isEqualTo(404);
        assertThat(door.beat(browser, "<script>").status()).isEqualTo(400);
        assertThat(door.beat(browser, "x".repeat(1_000)).status()).isEqualTo(400);
        assertThat(browser.get(door.host(), "/.opnmanager/presence").status()).isEqualTo(405);
        world.operator().close(door.request());
    }

    @Test
    void a_host_is_of_one_session_for_ever() throws Exception {
        SessionDoor first = door();
        world.operator().close(first.request());
        SessionDoor second = door();
        HandBrowser browser = second.entered();
        String cookie = browser.cookies(second.host()).get(SessionDoor.SESSION);

        assertThat(second.host()).isNotEqualTo(first.host());
        Seen seen = browser.get(first.host(), "/", "Cookie: " + SessionDoor.SESSION + "=" + cookie);
        assertThat(seen.status()).isEqualTo(410);
        assertThatThrownBy(() -> world.rows().takeHost(second.request(), first.request()))
                .isInstanceOf(SQLIntegrityConstraintViolationException.class)
                .hasMessageContaining("one_access_host");
        world.operator().close(second.request());
    }
}
