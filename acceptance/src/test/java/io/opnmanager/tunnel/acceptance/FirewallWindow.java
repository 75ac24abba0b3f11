package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.opnmanager.tunnel.demo.FirewallPage;
import java.nio.file.Path;

/**
 * A window that shows a firewall's own page, wherever it came from.
 *
 * @param page of the browser
 */
record FirewallWindow(Page page) {

    /** Where it is: scheme, host and port. */
    String origin() {
        return (String) page.evaluate("location.origin");
    }

    /** What is seen before anybody has signed in. */
    FirewallWindow expectSignIn(FirewallPage firewall) {
        assertThat(heading(firewall.name())).isVisible();
        assertThat(page.getByLabel("Password")).isVisible();
        return this;
    }

    FirewallWindow signIn() {
        page.getByLabel("Username").fill(FirewallPage.USER);
        page.getByLabel("Password").fill(FirewallPage.PASSWORD);
        button("Sign in").click();
        return this;
    }

    /** The dashboard of this firewall, with figures that keep coming. */
    FirewallWindow expectDashboard(FirewallPage firewall) {
        assertThat(heading(firewall.name())).isVisible();
        assertThat(page.locator("#user")).hasText(FirewallPage.USER);
        assertThat(page.locator("#stream")).hasText("live");
        assertThat(page.locator("#in")).containsText("Mbit/s");
        return expectNewEvents();
    }

    /** Two more events of the stream come. */
    FirewallWindow expectNewEvents() {
        Locator chart = page.locator("#traffic");
        String seconds = chart.getAttribute("data-seconds");
        int before = seconds == null ? 0 : Integer.parseInt(seconds);
        page.waitForCondition(
                () -> Integer.parseInt(chart.getAttribute("data-seconds")) >= before + 2);
        return this;
    }

    /** A call of a script with the token against forged ones. */
    FirewallWindow restart(String service) {
        button("Restart " + service).click();
        assertThat(page.locator("#service-result")).hasText(service + ": restarted");
        return this;
    }

    /** The log in a second window, which {@code window.open} makes. */
    Page openLog() {
        Page log = page.context().waitForPage(() -> button("Live log").click());
        assertThat(log.locator("#stream")).hasText("live");
        assertThat(log.locator("#count")).not().hasText("0");
        return log;
    }

    FirewallWindow go(String page) {
        link(page).click();
        return expectPage(page);
    }

    FirewallWindow expectPage(String page) {
        assertThat(heading(page)).isVisible();
        return this;
    }

    /** Sends a file with the form; the page says how many bytes came and what their hash is. */
    FirewallWindow restore(Path file, long bytes, String sha256) {
        page.getByLabel("Configuration file").setInputFiles(file);
        button("Restore it").click(new Locator.ClickOptions().setTimeout(60_000));
        assertThat(page.locator("#received-bytes")).hasText(Long.toString(bytes));
        assertThat(page.locator("#received-file")).hasText(file.getFileName().toString());
        assertThat(page.locator("#received-sha256")).hasText(sha256);
        return this;
    }

    /** Fetches the file of the page. */
    Download backup() {
        return page.waitForDownload(() -> link("Download the configuration").click());
    }

    /** Says something over a WebSocket and hears it back. */
    FirewallWindow say(String text) {
        assertThat(page.locator("#socket")).hasText("open");
        page.getByLabel("Say something").fill(text);
        button("Send").click();
        assertThat(page.locator("#lines")).containsText(FirewallPage.USER + " said: " + text);
        return this;
    }

    FirewallWindow signOut() {
        link("Sign out").click();
        assertThat(page.getByLabel("Password")).isVisible();
        return this;
    }

    Locator heading(String name) {
        return page.getByRole(
                AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private Locator button(String name) {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
    }

    private Locator link(String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }
}
