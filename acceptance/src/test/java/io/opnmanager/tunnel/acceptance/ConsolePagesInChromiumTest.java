package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every page of the console, at every width and in both themes, opened by its own address. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Evidence.class)
class ConsolePagesInChromiumTest {

    private ConsoleWorld console;
    private List<Shown> pages;

    /** A page, and what is there once it has all that it shows. */
    private record Shown(String name, String path, String ready) {}

    @BeforeAll
    void start() throws Exception {
        console = ConsoleWorld.start("pages");
        World world = console.world();
        long active = world.openActive(world.firewall()).path("id").asLong();
        world.operator().close(active);
        long refused = console.changedCertificate();
        console.askForApproval();
        long firewall = world.firewall().id();
        long waiting = world.operator().createFirewall("waiting", "https://localhost:443");
        pages =
                List.of(
                        new Shown("fleet", "/", "[data-firewall]"),
                        new Shown("nothing-found", "/?q=nothing", "[data-test=nothing-found]"),
                        new Shown(
                                "firewall",
                                "/firewalls/" + firewall,
                                "[data-test=certificate-changed]"),
                        new Shown("sessions", "/sessions", "[data-test=ended]"),
                        new Shown("approvals", "/approvals", "[data-test=grant]"),
                        new Shown("enrol", "/enrol", "[data-test=new-firewall]"),
                        new Shown("token", "/enrol?firewall=" + waiting, "[data-test=make-token]"),
                        new Shown("audit", "/audit", "[data-test=audit]"),
                        new Shown("operators", "/operators", "[data-operator=second]"),
                        new Shown("nodes", "/nodes", "[data-test=nodes] section"),
                        new Shown("account", "/tokens", "[data-test=tokens]"),
                        new Shown(
                                "connect",
                                "/connect?choose=1&firewall=" + firewall,
                                "[data-test=connect-form]"),
                        new Shown("failed", "/connect?request=" + refused, "[data-test=ended]"));
    }

    @AfterAll
    void end() {
        console.close();
    }

    @ParameterizedTest
    @EnumSource
    void each_page_opens_fits_and_is_for_everybody(Look look) throws Exception {
        Person person = console.administrator("pages-" + look.suffix(), look);
        Page page = console.open(person, "/");
        for (Shown shown : pages) {
            page.navigate(console.world().broker().consoleUri().resolve(shown.path()).toString());
            page.waitForSelector(shown.ready());
            assertDecent(page, shown.name(), look);
        }
        assertThat(person.complaints()).isEmpty();
        person.close();
    }

    @ParameterizedTest
    @EnumSource
    void so_is_the_sign_in(Look look) throws Exception {
        Person person = console.world().chromium().person("nobody-" + look.suffix(), look);
        Page page = console.open(person, "/audit");
        page.waitForSelector("[data-test=sign-in]");
        assertThat(page.url()).endsWith("/sign-in?next=%2Faudit");
        assertDecent(page, "sign-in", look);

        // The browser writes down what the console asked: who is signed in? Nobody is.
        assertThat(person.complaints())
                .hasSize(1)
                .first()
                .asString()
                .contains("401")
                .contains("/api/v1/sign-in");
        person.close();
    }

    private static void assertDecent(Page page, String name, Look look) {
        page.waitForSelector(
                ".skeleton, .row-waits",
                new Page.WaitForSelectorOptions().setState(WaitForSelectorState.DETACHED));
        Screenshots.take(page, "console-" + name, look);
        assertThat(page.locator("h1").count()).as("headings of %s", name).isEqualTo(1);
        assertThat(page.title()).as("title of %s", name).endsWith(" · OPNManager Tunnel");
        assertThat(page.evaluate("document.documentElement.scrollWidth"))
                .as("width of %s", name)
                .isEqualTo(look.width);
        Accessibility.assertNoViolations(page, name);
    }
}
