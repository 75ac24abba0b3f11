package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.opnmanager.tunnel.demo.FirewallPage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The firewall's page with nothing between it and the browser: what fails here is no fault of the
 * broker's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(Evidence.class)
class FirewallPageInChromiumTest {

    private static final Path FOLDER = DatabaseServer.FOLDER.resolve("page-alone");

    private FirewallPage firewall;
    private Chromium chromium;

    @BeforeAll
    void start() throws Exception {
        firewall = FirewallPage.start("firewall-1");
        chromium = Chromium.launch(FOLDER);
    }

    @AfterAll
    void end() {
        chromium.close();
        firewall.close();
    }

    private Page open(Person person, String path) {
        Page page = person.window();
        page.navigate("https://localhost:" + firewall.port() + path);
        return page;
    }

    @Test
    void everything_that_it_does_works_in_a_browser() throws Exception {
        Person person = chromium.person("alone");
        var window = new FirewallWindow(open(person, "/"));
        Path file = Files.writeString(FOLDER.resolve("config.xml"), "<opnsense/>");

        window.expectSignIn(firewall).signIn().expectDashboard(firewall).restart("unbound");
        window.openLog().close();
        window.go("Terminal").say("hello");
        window.go("Backup and restore")
                .restore(
                        file,
                        11,
                        HexFormat.of()
                                .formatHex(
                                        MessageDigest.getInstance("SHA-256")
                                                .digest(Files.readAllBytes(file))));
        assertThat(Files.size(window.backup().path())).isEqualTo(64L * 1024 * 1024);
        window.signOut();

        assertThat(person.complaints()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void it_looks_decent_and_everybody_can_use_it(Look look) {
        Person person = chromium.person("looking-" + look.suffix(), look);
        var window = new FirewallWindow(open(person, "/"));
        window.expectSignIn(firewall);
        Accessibility.assertNoViolations(window.page(), "sign-in");

        window.signIn().expectDashboard(firewall);

        Accessibility.assertNoViolations(window.page(), "dashboard");
        assertThat(window.page().evaluate("document.documentElement.scrollWidth"))
                .isEqualTo(look.width);
        Screenshots.take(window.page(), "firewall-page", look);
        assertThat(person.complaints()).isEmpty();
        person.close();
    }
}
