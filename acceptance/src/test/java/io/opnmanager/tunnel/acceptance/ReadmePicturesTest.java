package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Takes the pictures of the README anew, when asked to. They show what is really there. */
class ReadmePicturesTest {

    private static final Path FOLDER = Project.root().resolve("docs/images");
    private static final int MOST_BYTES = 300_000;

    @Test
    @EnabledIfSystemProperty(named = "docs.pictures", matches = "true")
    void they_are_taken_from_a_console_at_work() throws Exception {
        try (ConsoleWorld console = ConsoleWorld.start("pictures")) {
            console.seed(240);
            long office = console.world().addFirewall("hamburg-office").id();
            Person person = console.administrator("administrator", Look.LIGHT);
            Page fleet = console.open(person, "/?sort=name");
            assertThat(fleet.locator("[data-firewall]").first()).isVisible();
            assertThat(fleet.locator(".live-on")).isVisible();
            take(fleet, "fleet.png");

            // The line cannot be opened, so the window stays where it is.
            console.world().network().cut();
            Page connect = console.open(person, "/connect?firewall=" + office);
            connect.setViewportSize(720, 480);
            connect.click("[data-test=connect-confirm]");
            assertThat(connect.locator(".steps .done")).hasCount(2);
            take(connect, "connect.png");
            console.world().network().heal();
        }
    }

    private static void take(Page page, String name) throws Exception {
        Path file = FOLDER.resolve(name);
        page.screenshot(new Page.ScreenshotOptions().setPath(file));
        assertThat(Files.size(file)).as("bytes of %s", name).isLessThan(MOST_BYTES);
    }
}
