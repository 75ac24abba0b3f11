package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every page of the console, opened by its own address, at every width and in both themes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Evidence.class)
class ConsolePagesInChromiumTest {

    /** Each theme, and each layout: what else there is differs in neither. */
    private static final Set<Look> LOOKED_AT_BY_AXE = Set.of(Look.LIGHT, Look.DARK, Look.PHONE);

    private ConsoleWorld console;
    private Person administrator;
    private long waiting;
    private long refused;

    /** A page, and what is there once it has all that it shows. */
    enum Shown {
        FLEET("/", "[data-firewall]"),
        NOTHING_FOUND("/?q=nothing", "[data-test=nothing-found]"),
        FIREWALL("/firewalls/FIREWALL", "[data-test=certificate-changed]"),
        SESSIONS("/sessions", "[data-test=ended]"),
        APPROVALS("/approvals", "[data-test=grant]"),
        ENROL("/enrol", "[data-test=new-firewall]"),
        ENROL_TOKEN("/enrol?firewall=WAITING", "[data-test=make-token]"),
        AUDIT("/audit", "[data-test=audit]"),
        OPERATORS("/operators", "[data-row=second]"),
        ROLLOUT("/rollout", "[data-test=counts]"),
        NODES("/nodes", "[data-test=nodes] section"),
        ACCOUNT("/tokens", "[data-test=tokens]"),
        CONNECT("/connect?choose=1&firewall=FIREWALL", "[data-test=connect-form]"),
        CONNECT_FAILED("/connect?request=REFUSED", "[data-reason=certificate_changed]");

        private final String path;
        private final String ready;

        Shown(String path, String ready) {
            this.path = path;
            this.ready = ready;
        }
    }

    @BeforeAll
    void start() throws Exception {
        console = ConsoleWorld.start("pages", Releases.published("pages", "2.0.0"));
        World world = console.world();
        long active = world.openActive(world.firewall()).path("id").asLong();
        world.operator().close(active);
        refused = console.changedCertificate();
        console.askForApproval();
        waiting = world.operator().createFirewall("waiting", "https://localhost:443");
        administrator = console.administrator("administrator", Look.LIGHT);
    }

    @AfterAll
    void end() {
        console.close();
    }

    @ParameterizedTest
    @EnumSource
    void each_opens_fits_and_is_for_everybody(Shown shown) {
        String path =
                shown.path
                        .replace("FIREWALL", Long.toString(console.world().firewall().id()))
                        .replace("WAITING", Long.toString(waiting))
                        .replace("REFUSED", Long.toString(refused));
        Page page = console.open(administrator, path);
        page.waitForSelector(shown.ready);
        assertDecent(page, shown.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        page.close();

        assertThat(administrator.complaints()).isEmpty();
    }

    @Test
    void so_does_the_sign_in_which_remembers_where_one_was_going() throws Exception {
        Person nobody = console.world().chromium().person("nobody");
        Page page = console.open(nobody, "/audit");
        page.waitForSelector("[data-test=sign-in]");
        assertThat(page.url()).endsWith("/sign-in?next=%2Faudit");
        assertDecent(page, "sign-in");

        assertThat(nobody.complaints()).isEmpty();
        nobody.close();
    }

    private static void assertDecent(Page page, String name) {
        page.waitForSelector(
                ".skeleton, .row-waits",
                new Page.WaitForSelectorOptions().setState(WaitForSelectorState.DETACHED));
        assertThat(page.locator("h1").count()).as("headings of %s", name).isEqualTo(1);
        assertThat(page.title()).as("title of %s", name).endsWith(" · OPNManager Tunnel");
        for (Look look : Look.values()) {
            page.setViewportSize(look.width, look.height);
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(look.colours));
            Screenshots.take(page, "console-" + name, look);
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as("width of %s for %s", name, look)
                    .isEqualTo(look.width);
            if (LOOKED_AT_BY_AXE.contains(look)) {
                Accessibility.assertNoViolations(page, name + " for " + look);
            }
        }
    }
}
