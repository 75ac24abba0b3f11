package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Who gets how far, and what people see when it does not work; over plain HTTP on loopback, as in
 * the demo.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Evidence.class)
class OperatorsInChromiumTest {

    private static final String GUARDED = "guarded";

    /** Longer than agents have to open a tunnel, and than from one beat of a window to the next. */
    private static final double IN_A_WHILE_MS = 45_000;

    private static final Duration AFTER_FAREWELL = Duration.ofSeconds(20);

    private World world;
    private FirewallSide firewall;
    private FirewallSide guarded;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("operators")
                        .plainHttp()
                        .with("opnmanager.request.approval-tags", GUARDED)
                        .with("opnmanager.request.establish", "15s")
                        .firewalls(2)
                        .start();
        firewall = world.firewall();
        guarded = world.firewall(1);
        ObjectNode tagged =
                OperatorClient.object()
                        .put("name", guarded.page().name())
                        .put("web_target", guarded.page().target());
        tagged.putArray("tags").add(GUARDED);
        assertThat(
                        world.operator()
                                .call("PUT", "/api/v1/firewalls/" + guarded.id(), tagged)
                                .status())
                .isEqualTo(200);
        world.addOperator("kim", "operator");
        world.addOperator("lee", "operator");
        world.addOperator("vic", "viewer");
    }

    @AfterAll
    void end() {
        world.close();
    }

    @AfterEach
    void everybody_leaves_and_no_browser_complained() throws Exception {
        List<String> complaints = world.chromium().everybodyLeaves();
        for (JsonNode request : world.live()) {
            world.operator().close(request.path("id").asLong());
        }
        assertThat(complaints).isEmpty();
    }

    private ConsoleWindow signedIn(String name) throws IOException {
        return world.console(world.chromium().person(name)).signIn(name, World.PASSWORD);
    }

    @Test
    void a_viewer_sees_firewalls_and_no_way_into_them() throws Exception {
        ConsoleWindow console = signedIn("vic");

        assertThat(console.link(firewall.page().name())).isVisible();
        assertThat(console.button("Connect to " + firewall.page().name())).hasCount(0);
        console.link(firewall.page().name()).click();
        assertThat(console.heading("Facts")).isVisible();
        assertThat(console.link("Connect")).hasCount(0);
        assertThat(console.button("Connect")).hasCount(0);
        console.go("/connect?firewall=" + firewall.id());

        assertThat(console.page().getByText("Your role, viewer, does not include this page."))
                .isVisible();
        assertThat(world.live()).isEmpty();
    }

    @Test
    void a_guarded_firewall_opens_when_somebody_else_allows_it_and_only_once() throws Exception {
        ConsoleWindow kim = signedIn("kim");
        ConsoleWindow lee = signedIn("lee").go("/approvals");

        Page window = kim.connect(guarded.page().name());
        window.getByLabel("Reason").fill("Ticket 4711");
        window.getByText("Ask for approval").click();
        assertThat(window.getByText("Waiting for approval")).isVisible();
        assertThat(lee.page().getByText("“Ticket 4711”")).isVisible();
        lee.button("Allow once").click();

        new FirewallWindow(window).expectSignIn(guarded.page());
        Page again = kim.connect(guarded.page().name());
        assertThat(again.getByText("needs the approval of a second operator")).isVisible();
    }

    @Test
    void a_second_factor_is_asked_for_from_the_moment_it_is_set_up() throws Exception {
        world.addOperator("tess", "operator");
        ConsoleWindow console = signedIn("tess").go("/tokens");
        Page page = console.page();
        console.button("Set it up").click();
        page.getByLabel("Your password").fill(World.PASSWORD);
        console.button("Go on").click();
        var codes = new Authenticator(console.dialog().locator("code").textContent());
        code(page).fill(codes.at(Instant.now()));
        console.button("Switch it on").click();
        String recovery =
                page.locator("[data-test=recovery-codes] pre")
                        .textContent()
                        .lines()
                        .findFirst()
                        .orElseThrow();
        console.button("I have kept them").click();

        console.button("Sign out").click();
        console.fillIn("tess", World.PASSWORD);
        code(page).fill("000000");
        console.button("Sign in").click();
        assertThat(page.getByText("Name, password and code do not fit together.")).isVisible();
        code(page).fill(recovery);
        console.button("Sign in").click();
        assertThat(console.heading("Your account").or(console.heading("Fleet"))).isVisible();

        Person other = world.chromium().person("tess elsewhere");
        ConsoleWindow elsewhere = world.console(other).go("/").fillIn("tess", World.PASSWORD);
        // The code of now has been used; a code of the next half minute is good already.
        code(elsewhere.page()).fill(codes.at(Instant.now().plusSeconds(30)));
        elsewhere.button("Sign in").click();
        assertThat(elsewhere.heading("Fleet")).isVisible();
    }

    private static Locator code(Page page) {
        return page.getByRole(AriaRole.TEXTBOX, new Page.GetByRoleOptions().setName("Code"));
    }

    @Test
    void signing_out_everywhere_cuts_the_page_too() throws Exception {
        ConsoleWindow console = signedIn("kim");
        Person person = world.chromium().person("kim elsewhere");
        ConsoleWindow elsewhere = world.console(person).signIn("kim", World.PASSWORD);
        FirewallWindow window =
                elsewhere.connect(firewall).signIn().expectDashboard(firewall.page());

        console.go("/tokens").button("Sign out everywhere").click();
        ConsoleWindow.button(console.dialog(), "Sign out everywhere").click();

        assertThat(console.heading("Sign in")).isVisible();
        assertThat(window.heading("This browser has not been let in"))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(IN_A_WHILE_MS));
        assertThat(elsewhere.heading("Sign in"))
                .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(IN_A_WHILE_MS));
        // Of streams that were cut, and of what was asked for afterwards.
        person.forgive();
    }

    @Test
    void a_changed_certificate_is_shown_and_can_be_accepted() throws Exception {
        ConsoleWindow console = signedIn("kim");
        Page before = console.connect(firewall).page();
        JsonNode request = world.live().getFirst();
        before.close();
        world.assertEnds(request, "disconnected", "window_gone", AFTER_FAREWELL);
        firewall.page().renewCertificate();

        Page window = console.connect(firewall.page().name());
        assertThat(window.getByText("another certificate than the one that is pinned")).isVisible();
        assertThat(window.getByText("accept it only when you know why it changed")).isVisible();
        window.getByText("Compare the certificates").click();
        var about = new ConsoleWindow(window, console.console());
        assertThat(about.page().getByRole(AriaRole.ALERT))
                .containsText("The certificate of " + firewall.page().target() + " has changed");
        about.button("Accept the new certificate …").click();
        window.getByLabel("I compared this fingerprint").check();
        about.button("Accept it").click();
        assertThat(window.getByText("The new certificate is pinned.")).isVisible();

        Page fresh = window.context().waitForPage(() -> about.button("Connect").click());
        new FirewallWindow(fresh).expectSignIn(firewall.page());
    }

    @Test
    void an_agent_that_does_not_come_is_waited_for_and_told_about() throws Exception {
        ConsoleWindow console = signedIn("kim");
        firewall.agent().program().freeze();
        firewall.quickconnect().program().freeze();
        try {
            Page window = console.connect(firewall.page().name());
            assertThat(window.getByText("Waiting for the agent to take it.").first()).isVisible();

            assertThat(window.getByText("It did not work"))
                    .isVisible(new LocatorAssertions.IsVisibleOptions().setTimeout(IN_A_WHILE_MS));
            assertThat(window.getByText("did not open the tunnel in time")).isVisible();
            assertThat(window.getByText("Look whether it is online.")).isVisible();
            firewall.agent().program().thaw();
            firewall.quickconnect().program().thaw();
            window.getByText("Connect again").click();
            new ConsoleWindow(window, console.console()).button("Connect").click();

            new FirewallWindow(window).expectSignIn(firewall.page());
        } finally {
            firewall.agent().program().thaw();
            firewall.quickconnect().program().thaw();
        }
    }
}
