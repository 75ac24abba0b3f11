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

/** Who gets into a session, by which ticket, and who does not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EntryTest {

    private static final String PASSWORD = "twelve characters and more";

    private World world;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("entry")
                        .with("opnmanager.access.console-url", "https://console.test")
                        .with("opnmanager.access.session-url", "https://*.sessions.test")
                        .with("opnmanager.access.ticket", "10s")
                        .with("opnmanager.access.tickets", "5")
                        .firewalls(2)
                        .start();
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
    void an_own_ticket_for_another_session_is_refused_and_used_up() throws Exception {
        SessionDoor door = door();
        SessionDoor other = SessionDoor.of(world, world.openActive(world.firewall(1)));
        HandBrowser browser = door.browser();
        String ticket = other.ticket(world.operator(), door.challenge(browser));

        assertRefused(door.show(browser, ticket));
        assertRefused(door.show(browser, ticket));
        assertThat(entries("other_session")).isPositive();
        world.operator().close(other.request());
        world.operator().close(door.request());
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
        Thread.sleep(10_200);

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
        // Nobody else's, so that no ticket of another test counts.
        OperatorClient gatherer = operator("entry-gatherer", "operator");
        JsonNode asked = gatherer.open(world.firewall().id());
        SessionDoor door =
                SessionDoor.of(
                        world,
                        gatherer.awaitStatus(
                                asked.path("id").asLong(),
                                java.util.Set.of("active"),
                                Duration.ofSeconds(30)));
        String challenge = door.challenge(door.browser());
        for (int i = 0; i < 5; i++) {
            door.ticket(gatherer, challenge);
        }

        Answer refused = door.ask(gatherer, challenge);

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("too_many_requests");
        assertThat(refused.headers().firstValue("Retry-After")).contains("10");
        gatherer.close(door.request());
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
                Eventually.GONE,
                () -> assertThat(browser.get(door.host(), "/").status()).isIn(403, 410));
        Eventually.within(
                Eventually.GONE,
                () -> assertThat(browser.get(door.host(), "/").status()).isEqualTo(410));
    }
}
