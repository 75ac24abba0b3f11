package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.Cookie;
import io.opnmanager.tunnel.demo.page.Seen;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * An operator's way from the console to the firewall's page and back to nothing, over TLS and with
 * the times that the broker has by default.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(Evidence.class)
class SessionInChromiumTest {

    private static final Duration AFTER_FAREWELL = Duration.ofSeconds(20);
    private static final Duration WITHOUT_FAREWELL = Duration.ofSeconds(80);

    /** Windows beat every 15 s. */
    private static final double NEXT_BEAT_MS = 30_000;

    /** Longer than the grace after a farewell, in lines of the live log, one each 0.7 s. */
    private static final int LINES_BEYOND_GRACE = 8;

    private static final Pattern ABOUT_HALF_AN_HOUR = Pattern.compile("2[89]:[0-5][0-9]");
    private static final Pattern ABOUT_ONE_AND_A_HALF_HOURS = Pattern.compile("1:2[89]:[0-5][0-9]");
    private static final Pattern ABOUT_TEN_MINUTES = Pattern.compile("([89]:[0-5][0-9]|10:00)");

    private World world;
    private @Nullable Abandoned abandoned;

    /** A session whose browser is dead, and since when. */
    private record Abandoned(JsonNode request, Instant since) {}

    @BeforeAll
    void start() throws Exception {
        world = World.named("session").firewalls(2).start();
        world.addOperator("kim", "operator");
    }

    @AfterAll
    void end() {
        world.close();
    }

    @AfterEach
    void everybody_leaves_and_no_browser_complained() throws Exception {
        List<String> complaints = world.chromium().everybodyLeaves();
        for (JsonNode request : world.live()) {
            if (!request.path("requested_by").asText().equals("kim")) {
                world.operator().close(request.path("id").asLong());
            }
        }
        assertThat(complaints).isEmpty();
    }

    private Person person(String name) throws IOException {
        return world.chromium().person(name);
    }

    private FirewallWindow signedIn(ConsoleWindow console, FirewallSide firewall) {
        return console.connect(firewall).signIn().expectDashboard(firewall.page());
    }

    private void assertActive(JsonNode request) throws Exception {
        assertThat(world.operator().request(request.path("id").asLong()).path("status").asText())
                .isEqualTo("active");
    }

    private void assertEndsWithin(JsonNode request, Instant since, Duration limit)
            throws Exception {
        JsonNode ended =
                world.assertEnds(
                        request, "disconnected", "window_gone", limit.plus(AFTER_FAREWELL));
        assertThat(Instant.parse(ended.path("ended_at").asText()))
                .isBetween(since, since.plus(limit));
        world.assertNothingLeft(request);
    }

    /** Its browser dies first, so that the time it is given passes beside all other tests. */
    @Test
    @Order(1)
    void a_browser_that_is_killed_says_no_farewell() throws Exception {
        Chromium killed = world.with(Chromium.launch(world.folder().resolve("killed")));
        ConsoleWindow console = world.console(killed.person("kim")).signIn("kim", World.PASSWORD);
        signedIn(console, world.firewall());
        JsonNode request = world.live().getFirst();
        killed.kill();
        abandoned = new Abandoned(request, Instant.now());

        assertActive(request);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void a_session_whose_browser_was_killed_ends_without_it() throws Exception {
        Abandoned left = Objects.requireNonNull(abandoned, "left by the first test");

        assertEndsWithin(left.request(), left.since(), WITHOUT_FAREWELL);
    }

    @Test
    @Order(2)
    void it_is_opened_from_the_console_and_ends_when_its_window_is_closed() throws Exception {
        Person person = person("operator");
        ConsoleWindow console = world.administratorsConsole(person);

        FirewallWindow window = signedIn(console, world.firewall()).restart("unbound");
        window.go("Terminal").say("hello");
        JsonNode request = world.requestAt(window.origin());
        List<Cookie> cookies = person.context().cookies();
        Instant closed = Instant.now();
        window.page().close();

        assertEndsWithin(request, closed, AFTER_FAREWELL);
        assertNothingOfOurs(world.firewall().page().seen(), cookies);
    }

    /** The firewall got its own cookies and no other, and nothing that is the broker's. */
    private static void assertNothingOfOurs(List<Seen> requests, List<Cookie> cookies) {
        List<Cookie> ours =
                cookies.stream().filter(cookie -> cookie.name.startsWith("__Host-")).toList();
        assertThat(ours).as("of the console and of the session").hasSize(2);
        assertThat(requests)
                .isNotEmpty()
                .allSatisfy(request -> {
                    assertThat(request.cookieNames())
                            .doesNotHaveDuplicates()
                            .isSubsetOf("PHPSESSID", "cookie_test");
                    assertThat(request.uri()).doesNotContain("opnmanager");
                    for (Cookie cookie : ours) {
                        assertThat(request.headers().toString()).doesNotContain(cookie.value);
                    }
                });
    }

    @Test
    @Order(2)
    void a_window_that_the_page_opened_holds_it_as_long_as_it_is_there() throws Exception {
        ConsoleWindow console = world.administratorsConsole(person("operator"));
        FirewallWindow window = signedIn(console, world.firewall());
        JsonNode request = world.requestAt(window.origin());
        Page log = window.openLog();

        window.page().close();
        int lines = Integer.parseInt(log.locator("#count").textContent());
        log.waitForCondition(() ->
                Integer.parseInt(log.locator("#count").textContent())
                        >= lines + LINES_BEYOND_GRACE);
        assertActive(request);
        Instant closed = Instant.now();
        log.close();

        assertEndsWithin(request, closed, AFTER_FAREWELL);
    }

    @Test
    @Order(2)
    void going_back_and_forth_and_reloading_end_nothing() throws Exception {
        ConsoleWindow console = world.administratorsConsole(person("operator"));
        FirewallWindow window = signedIn(console, world.firewall());
        JsonNode request = world.requestAt(window.origin());
        Page page = window.page();

        window.go("Terminal").go("Backup and restore");
        page.goBack();
        window.expectPage("Terminal");
        page.goBack();
        window.expectDashboard(world.firewall().page());
        page.goForward();
        window.expectPage("Terminal").say("still here");
        page.reload();
        window.expectPage("Terminal").say("and here");
        page.navigate(window.origin() + "/");
        window.expectDashboard(world.firewall().page());
        Page log = window.openLog();
        log.locator("#count").getByText(Integer.toString(LINES_BEYOND_GRACE)).waitFor();

        assertActive(request);
    }

    @Test
    @Order(2)
    void back_to_before_the_page_leads_to_the_page_again() throws Exception {
        ConsoleWindow console = world.administratorsConsole(person("operator"));
        FirewallWindow window = signedIn(console, world.firewall());
        JsonNode request = world.requestAt(window.origin());

        window.page().evaluate("history.go(1 - history.length)");

        window.page().waitForURL(url -> url.startsWith(world.broker().consoleUri().toString()));
        window.expectDashboard(world.firewall().page());
        assertActive(request);
    }

    @Test
    @Order(2)
    void two_hundred_megabytes_arrive_as_they_were_sent() throws Exception {
        ConsoleWindow console = world.administratorsConsole(person("operator"));
        FirewallWindow window = signedIn(console, world.firewall());
        LargeFile file = LargeFile.random(world.folder().resolve("upload.bin"), 200_000_000);

        window.go("Backup and restore").restore(file.path(), file.bytes(), file.sha256());
        LargeFile backup = LargeFile.of(window.backup().path());

        assertThat(backup).isEqualTo(LargeFile.counted(backup.path(), 64 * 1024 * 1024));
        window.expectPage("Backup and restore");
    }

    @Test
    @Order(2)
    void two_firewalls_in_one_browser_stay_signed_in() throws Exception {
        ConsoleWindow console = world.administratorsConsole(person("operator"));
        FirewallWindow one = signedIn(console, world.firewall());
        FirewallWindow two = signedIn(console, world.firewall(1));

        for (int i = 0; i < 2; i++) {
            one.page().reload();
            one.expectDashboard(world.firewall().page()).restart("unbound");
            two.page().reload();
            two.expectDashboard(world.firewall(1).page()).restart("ntpd");
        }

        assertThat(one.origin()).isNotEqualTo(two.origin());
    }

    @Test
    @Order(2)
    void another_browser_is_refused_whoever_is_signed_in_there() throws Exception {
        ConsoleWindow console = world.administratorsConsole(person("operator"));
        FirewallWindow window = signedIn(console, world.firewall());
        Person stranger = person("stranger");
        world.addOperator("other", "operator");

        assertRefused(stranger, stranger.window().navigate(window.origin() + "/"));
        ConsoleWindow others = world.console(stranger).signIn("other", World.PASSWORD);
        assertRefused(stranger, others.page().navigate(window.origin() + "/ui/core/dashboard"));
        others.link("Open it from the console").click();

        assertThat(others.page().getByText("This belongs to another operator")).isVisible();
        stranger.forgive("403");
        window.expectNewEvents();
    }

    private static void assertRefused(Person person, Response answer) {
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.text()).contains("This browser has not been let in");
        person.forgive("403");
    }

    @Test
    @Order(2)
    void a_window_whose_session_has_ended_says_so_by_itself_and_knows_the_way_back()
            throws Exception {
        Person person = person("operator");
        ConsoleWindow console = world.administratorsConsole(person);
        FirewallWindow window = signedIn(console, world.firewall());
        JsonNode request = world.requestAt(window.origin());

        console.go("/sessions");
        ConsoleWindow.button(console.ownSession(world.firewall()), "End").click();

        world.assertEnds(request, "disconnected", "closed", AFTER_FAREWELL);
        // The next beat tells the window.
        assertThat(window.heading("The session has ended"))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(NEXT_BEAT_MS));
        assertThat(window.page().getByText("It was closed.")).isVisible();
        window.page().getByText("Go to the firewall in the console").click();
        assertThat(window.heading(world.firewall().page().name())).isVisible();
        // What flowed was cut.
        person.forgive("/api/diagnostics/traffic/stream/1");
        person.forgive("410");
    }

    @Test
    @Order(2)
    void the_list_of_sessions_shows_it_live_gives_it_more_time_and_sees_it_end() throws Exception {
        Person person = person("operator");
        ConsoleWindow console = world.administratorsConsole(person);
        ConsoleWindow beside = world.console(person).go("/sessions");
        FirewallWindow window = signedIn(console, world.firewall());
        JsonNode request = world.requestAt(window.origin());
        Locator session = beside.ownSession(world.firewall());

        assertThat(session.getByText("active")).isVisible();
        assertThat(session.locator("[data-test=time-left]")).containsText(ABOUT_HALF_AN_HOUR);
        assertThat(session.locator("[data-test=idle-left]")).hasText(ABOUT_TEN_MINUTES);
        assertThat(session.locator("[data-test=traffic]")).containsText("kB");
        ConsoleWindow.button(session, "Extend").click();
        beside.page().getByLabel("It then ends").selectOption("5400");
        ConsoleWindow.button(beside.dialog(), "Extend").click();
        assertThat(beside.page().getByText("The session has more time.")).isVisible();
        assertThat(session.locator("[data-test=time-left]"))
                .containsText(ABOUT_ONE_AND_A_HALF_HOURS);
        JsonNode extended = world.operator().request(request.path("id").asLong());
        assertThat(
                        Duration.between(
                                Instant.parse(extended.path("tunnel_started_at").asText()),
                                Instant.parse(extended.path("expires_at").asText())))
                .isEqualTo(Duration.ofMinutes(90));

        window.page().close();
        assertThat(session).hasCount(0);
        assertThat(beside.page().getByText("window closed").first()).isVisible();
    }

    @Test
    @Order(2)
    void the_keyboard_is_enough() throws Exception {
        var administrator = world.broker().administrator();
        ConsoleWindow console = world.console(person("operator")).go("/");
        Page page = console.page();
        FirewallSide firewall = world.firewall(1);
        assertThat(page.getByLabel("Name")).isFocused();
        page.keyboard().type(administrator.name());
        page.keyboard().press("Tab");
        page.keyboard().type(administrator.password());
        page.keyboard().press("Enter");
        assertThat(console.heading("Fleet")).isVisible();

        page.keyboard().press("/");
        page.keyboard().type(firewall.page().name());
        assertThat(page.getByText("1 firewall found")).isVisible();
        page.keyboard().press("ArrowDown");
        FirewallWindow window =
                new FirewallWindow(page.context().waitForPage(() -> page.keyboard().press("c")))
                        .expectSignIn(firewall.page());
        window.page().keyboard().press("Tab");
        window.page().keyboard().type("root");
        window.page().keyboard().press("Tab");
        window.page().keyboard().type("opnsense");
        window.page().keyboard().press("Enter");

        window.expectDashboard(firewall.page());
    }
}
