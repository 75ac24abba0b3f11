package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.acceptance.HandBrowser.Seen;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets into a session's own host, and who does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntryTest {

    private static final String PASSWORD = "twelve characters and more";

    private World world;
    private String credential;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("entry")
                        .with("opnmanager.access.console-url", "https://console.test")
                        .with("opnmanager.access.session-url", "https://*.sessions.test")
                        .with("opnmanager.access.ticket", "5s")
                        .with("opnmanager.access.tickets", "5")
                        .firewalls(2)
                        .start();
        try (OperatorClient administrator = world.broker().administratorClient()) {
            credential = "Authorization: Bearer " + administrator.token("entry");
        }
    }

    @AfterAll
    void end() {
        world.close();
    }

    private SessionDoor door() throws Exception {
        return SessionDoor.of(world, world.openActive(world.firewall()));
    }

    private OperatorClient operator(String name, String role) throws Exception {
        Answer made =
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/operators",
                                OperatorClient.object()
                                        .put("name", name)
                                        .put("password", PASSWORD)
                                        .put("role", role));
        assertThat(made.isSuccess()).as(made.text()).isTrue();
        return world.with(
                OperatorClient.basic(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        name,
                        PASSWORD));
    }

    @Test
    void the_operator_who_asked_gets_in_and_sees_the_page() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.browser();

        assertThat(door.host()).matches("[a-z2-7]{26}\\.sessions\\.test");
        Seen sent = browser.get(door.host(), "/.opnmanager/enter");
        assertThat(sent.status()).isEqualTo(303);
        assertThat(sent.header("set-cookie").orElseThrow())
                .matches(
                        SessionDoor.ENTERING
                                + "=[A-Za-z0-9_-]{43}; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=None");
        assertThat(sent.header("cache-control")).contains("no-store");

        String ticket = door.ticket(world.operator(), door.challenge(browser));
        Seen in = door.show(browser, ticket);

        assertThat(in.status()).isEqualTo(303);
        assertThat(in.header("location")).contains("/");
        assertThat(in.all("set-cookie").getFirst())
                .matches(
                        SessionDoor.SESSION
                                + "=[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax");
        assertThat(browser.cookies(door.host())).containsOnlyKeys(SessionDoor.SESSION);
        Seen page = browser.get(door.host(), "/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains(world.firewall().page().name());
        // Who is in already goes straight to the page.
        Seen again = browser.get(door.host(), "/.opnmanager/enter");
        assertThat(again.status()).isEqualTo(303);
        assertThat(again.header("location")).contains("/");
        assertThat(audit(door))
                .contains("session.enter done operator:" + owner(door) + " 127.0.0.1");
        world.operator().close(door.request());
    }

    private List<String> audit(SessionDoor door) throws Exception {
        JsonNode entries = world.operator().audit("request:" + door.request());
        return entries.valueStream()
                .map(entry ->
                        "%s %s %s %s"
                                .formatted(
                                        entry.path("action").asText(),
                                        entry.path("result").asText(),
                                        entry.path("actor").asText(),
                                        entry.path("address").asText()))
                .toList();
    }

    private String owner(SessionDoor door) throws Exception {
        return world.operator().request(door.request()).path("requested_by").asText();
    }

    @Test
    void another_operator_gets_no_ticket_and_no_address_even_as_administrator() throws Exception {
        SessionDoor door = door();
        String challenge = door.challenge(door.browser());
        OperatorClient administrator = operator("entry-admin", "administrator");
        OperatorClient other = operator("entry-other", "operator");

        for (OperatorClient someone : List.of(administrator, other)) {
            Answer refused = door.ask(someone, challenge);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.code()).isEqualTo("not_yours");
        }
        Answer nobody = door.ask(world.nobody(), challenge);
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(nobody.code()).isEqualTo("not_authenticated");
        assertThat(administrator.request(door.request()).has("session_url")).isFalse();
        world.operator().close(door.request());
    }

    @Test
    void a_ticket_of_another_operator_for_another_session_is_refused() throws Exception {
        SessionDoor door = door();
        OperatorClient other = operator("entry-foreign", "operator");
        JsonNode asked = other.open(world.firewall().id());
        JsonNode theirs =
                other.awaitStatus(
                        asked.path("id").asLong(),
                        java.util.Set.of("active"),
                        Duration.ofSeconds(30));
        HandBrowser browser = door.browser();
        String challenge = door.challenge(browser);
        String ticket = SessionDoor.of(world, theirs).ticket(other, challenge);

        assertRefused(door.show(browser, ticket));
        assertThat(browser.cookies(door.host())).doesNotContainKey(SessionDoor.SESSION);
        other.close(theirs.path("id").asLong());
        world.operator().close(door.request());
    }

    private static void assertRefused(Seen seen) {
        assertThat(seen.status()).isEqualTo(403);
        assertThat(seen.body()).contains("The way in did not work");
        assertThat(seen.all("set-cookie"))
                .noneMatch(cookie -> cookie.startsWith(SessionDoor.SESSION));
    }

    @Test
    void a_ticket_works_once() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.browser();
        String challenge = door.challenge(browser);
        String ticket = door.ticket(world.operator(), challenge);
        String nonce = browser.cookies(door.host()).get(SessionDoor.ENTERING);
        assertThat(door.show(browser, ticket).status()).isEqualTo(303);

        Seen replayed =
                door.browser()
                        .post(
                                door.host(),
                                "/.opnmanager/enter",
                                "ticket=" + ticket,
                                "Cookie: " + SessionDoor.ENTERING + "=" + nonce);

        assertRefused(replayed);
        assertThat(entries("used")).isPositive();
        world.operator().close(door.request());
    }

    private double entries(String result) throws Exception {
        return world.operator()
                .metrics()
                .lines()
                .filter(line ->
                        line.startsWith("opnmanager_access_entries_total")
                                && line.contains("result=\"" + result + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void a_ticket_in_another_browser_lets_nobody_in_and_is_used_up() throws Exception {
        SessionDoor door = door();
        HandBrowser right = door.browser();
        String ticket = door.ticket(world.operator(), door.challenge(right));
        HandBrowser thief = door.browser();
        door.challenge(thief);

        assertRefused(door.show(door.browser(), ticket));
        assertRefused(door.show(thief, ticket));
        assertRefused(door.show(right, ticket));
        assertThat(entries("other_browser")).isPositive();
        world.operator().close(door.request());
    }

    @Test
    void a_ticket_that_comes_late_is_refused() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.browser();
        String ticket = door.ticket(world.operator(), door.challenge(browser));
        Thread.sleep(5_200);

        assertRefused(door.show(browser, ticket));
        assertThat(entries("expired")).isPositive();
        world.operator().close(door.request());
    }

    @Test
    void a_form_from_another_page_is_refused_before_its_ticket_is_looked_at() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.browser();
        String ticket = door.ticket(world.operator(), door.challenge(browser));

        assertRefused(
                browser.post(
                        door.host(),
                        "/.opnmanager/enter",
                        "ticket=" + ticket,
                        "Origin: https://elsewhere.test"));
        assertThat(door.show(browser, ticket).status()).isEqualTo(303);
        world.operator().close(door.request());
    }

    @Test
    void nobody_gathers_tickets() throws Exception {
        SessionDoor door = door();
        String challenge = door.challenge(door.browser());
        // Whatever other tests left unused is over by then.
        Thread.sleep(5_200);
        for (int i = 0; i < 5; i++) {
            door.ticket(world.operator(), challenge);
        }

        Answer refused = door.ask(world.operator(), challenge);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("too_many_requests");
        assertThat(refused.headers().firstValue("Retry-After")).contains("5");
        world.operator().close(door.request());
        Thread.sleep(5_200);
    }

    @Test
    void an_ended_request_gives_no_ticket() throws Exception {
        SessionDoor door = door();
        String challenge = door.challenge(door.browser());
        world.operator().close(door.request());

        Answer refused = door.ask(world.operator(), challenge);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("request_not_active");
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
                Duration.ofSeconds(2),
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
    void an_operator_who_is_removed_is_out_at_once() throws Exception {
        OperatorClient leaver = operator("entry-leaver", "operator");
        JsonNode asked = leaver.open(world.firewall().id());
        JsonNode active =
                leaver.awaitStatus(
                        asked.path("id").asLong(),
                        java.util.Set.of("active"),
                        Duration.ofSeconds(30));
        SessionDoor door = SessionDoor.of(world, active);
        HandBrowser browser = door.browser();
        assertThat(door.show(browser, door.ticket(leaver, door.challenge(browser))).status())
                .isEqualTo(303);
        assertThat(browser.get(door.host(), "/").status()).isEqualTo(200);

        Answer removed = world.operator().call("DELETE", "/api/v1/operators/entry-leaver", null);

        assertThat(removed.isSuccess()).isTrue();
        Eventually.within(
                Duration.ofSeconds(1),
                () -> assertThat(browser.get(door.host(), "/").status()).isIn(403, 410));
        Eventually.within(
                Duration.ofSeconds(2),
                () -> assertThat(browser.get(door.host(), "/").status()).isEqualTo(410));
    }

    @Test
    void what_a_firewall_calls_its_pages_is_in_no_metric() throws Exception {
        SessionDoor door = door();
        HandBrowser browser = door.entered();
        browser.get(door.host(), "/secret-page-of-a-firewall");

        Eventually.within(
                Duration.ofSeconds(2),
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
}
