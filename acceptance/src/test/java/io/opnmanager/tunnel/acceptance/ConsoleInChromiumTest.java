package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the console's pages do by themselves; the way into a firewall is another test's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Evidence.class)
class ConsoleInChromiumTest {

    private static final String MARKUP = "<img src=x onerror=\"document.title='taken'\">";
    private static final int THOUSANDS = 5000;

    private ConsoleWorld console;
    private Person person;

    @BeforeAll
    void start() throws Exception {
        console = ConsoleWorld.start("console");
    }

    @AfterAll
    void end() {
        console.close();
    }

    @BeforeEach
    void sitDown() throws Exception {
        person = console.administrator("administrator", Look.LIGHT);
    }

    @AfterEach
    void nothingToComplainAbout() {
        assertThat(person.complaints()).isEmpty();
        person.close();
    }

    @Test
    void what_an_agent_says_of_itself_is_text() throws Exception {
        long id = console.enrolled("hostile", MARKUP, "<b>" + MARKUP, "<script>1</script>");

        Page page = console.open(person, "/?q=hostile");
        assertThat(page.locator("[data-firewall='" + id + "'] small")).hasText(MARKUP);
        page.click("[data-firewall='" + id + "'] a");
        assertThat(page.locator(".facts").first()).containsText(MARKUP);
        assertThat(page.locator(".facts").first()).containsText("<script>1</script>");

        assertThat(page.locator("main img, main b b").count()).isZero();
        assertThat(page.title()).startsWith("hostile");
    }

    @Test
    void thousands_of_firewalls_are_there_and_only_those_in_sight_exist() throws Exception {
        console.seed(THOUSANDS);
        Page page = console.open(person, "/?sort=name");
        assertThat(page.locator("[data-test=fleet-count]")).containsText("5,00");
        assertThat(page.locator("[data-firewall]").first()).isVisible();

        page.locator("[data-row='0'] a").focus();
        page.keyboard().press("End");

        assertThat(page.locator("[data-firewall] a:focus")).hasText(Pattern.compile("^zagreb-"));
        assertThat(page.locator("[data-row]").count()).isBetween(10, 60);
        // Half of the steps of a long way through the list are drawn within a frame of 60 a second,
        // were the machine
        // idle; it never is.
        Object median =
                page.evaluate(
                        """
                        async () => {
                            const rows = document.querySelector('.rows'), took = [];
                            for (let step = 0; step < 60; step++) {
                                rows.scrollTop = step * 3000;
                                const begin = performance.now();
                                rows.dispatchEvent(new Event('scroll'));
                                await document.querySelector('opn-rows').updateComplete;
                                took.push(performance.now() - begin);
                                await new Promise(requestAnimationFrame);
                            }
                            return took.sort((a, b) => a - b)[30];
                        }
                        """);
        assertThat(((Number) median).doubleValue()).as("ms for a step of scrolling").isLessThan(50);
    }

    @Test
    void the_audit_is_searched_taken_away_and_verified() throws Exception {
        long id = console.world().operator().createFirewall("sought", "https://localhost:443");
        Page page = console.open(person, "/audit");
        Locator rows = page.locator("[data-test=audit] tbody tr");
        assertThat(rows.first()).isVisible();

        page.fill("[data-test=audit-subject]", "firewall:" + id);
        assertThat(rows).hasCount(1);
        assertThat(rows).containsText("firewall.create");

        var file = page.waitForDownload(() -> page.click("[data-test=export-csv]"));
        assertThat(Files.readString(file.path())).contains("firewall:" + id).contains("sought");
        page.click("[data-test=verify]");
        assertThat(page.locator("[data-test=verdict][data-intact=true]")).isVisible();
    }

    @Test
    void the_keyboard_alone_finds_a_firewall() {
        Page page = console.open(person, "/");
        assertThat(page.locator("[data-firewall]").first()).isVisible();

        page.keyboard().press("/");
        page.keyboard().type("firewall-1");
        assertThat(page.locator("[data-test=fleet-count]")).hasText("1 firewall found");
        page.keyboard().press("ArrowDown");
        assertThat(page.locator("[data-row='0'] a")).isFocused();
        page.keyboard().press("Enter");

        assertThat(page.locator("[data-test=firewall-name]")).hasText("firewall-1");
        assertThat(page.locator("main")).isFocused();
        page.goBack();
        assertThat(page.locator("#search")).hasValue("firewall-1");
    }

    @Test
    void a_lost_connection_is_said_and_found_again_without_a_reload() {
        Page page = console.open(person, "/");
        Locator feed = page.locator(".live");
        assertThat(feed).hasText("live");

        person.context().setOffline(true);
        page.click("[data-test=nav-sessions]");
        assertThat(page.locator("[data-test=problem]")).containsText("The broker does not answer.");
        assertThat(feed).hasText("reconnecting");
        person.context().setOffline(false);

        assertThat(page.locator("[data-test=no-sessions]")).isVisible();
        assertThat(page.locator("[data-test=problem]")).hasCount(0);
        assertThat(feed).hasText("live");
        person.forgive();
    }

    @Test
    void the_code_of_a_second_factor_can_be_read_by_a_camera() throws Exception {
        Page page = console.open(person, "/tokens");
        page.click("[data-test=add-factor]");
        page.fill(
                "[data-test=factor-password]", console.world().broker().administrator().password());
        page.click("[data-test=dialog-act]");
        Locator drawn = page.locator("[data-test=qr]");
        assertThat(drawn).isVisible();

        String key = page.locator(".factor code").innerText().replace(" ", "");
        assertThat(read(drawn)).startsWith("otpauth://totp/").contains("secret=" + key);
    }

    private static String read(Locator drawn) throws Exception {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(drawn.screenshot()));
        int width = image.getWidth();
        int[] pixels = image.getRGB(0, 0, width, image.getHeight(), null, 0, width);
        var source = new RGBLuminanceSource(width, image.getHeight(), pixels);
        return new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source))).getText();
    }

    @Test
    void the_lines_to_paste_enrol_a_firewall_and_the_page_turns_green() throws Exception {
        Path folder = PrivateFile.folder(console.world().folder().resolve("pasted"));
        FirewallPage firewall = console.world().with(FirewallPage.start("pasted"));
        Page page = console.open(person, "/enrol");
        page.fill("[data-test=name]", "pasted");
        page.fill("[data-test=web-target]", firewall.target());
        page.selectOption("[data-test=kind]", "opnsense");
        page.click("[data-test=make-firewall]");
        assertThat(page.locator("[data-test=waiting]")).isVisible();

        List<String> pasted = page.locator(".commands pre").allInnerTexts();
        assertThat(pasted).hasSize(2);
        try (Program enrolling = shell(folder, pasted.getFirst())) {
            assertThat(enrolling.awaitExit(Eventually.TOLD)).as(enrolling.output()).isZero();
        }
        assertThat(page.locator("[data-test=arrived]")).isVisible();
        // In the foreground here, so that it ends with the test.
        String serving =
                pasted.getLast()
                        .replace("nohup sh serve.sh > serve.log 2>&1 &", "exec sh serve.sh");
        try (Program _ = shell(folder, serving)) {
            assertThat(page.locator("[data-test=arrived-online]")).isVisible();
            Page window =
                    page.context()
                            .waitForPage(() ->
                                    page.locator("[data-test=arrived-online] button").click());
            new FirewallWindow(window).expectSignIn(firewall);
            window.close();
        }
    }

    /** What was pasted into a shell of the box, whose folder is here. */
    private static Program shell(Path folder, String lines) throws Exception {
        return Program.start(
                "shell",
                folder,
                List.of("sh", "-c", lines.replace("/var/db/opnmanager-agent", folder.toString())),
                Map.of());
    }
}
