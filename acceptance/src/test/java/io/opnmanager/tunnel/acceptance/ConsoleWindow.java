package io.opnmanager.tunnel.acceptance;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;

/**
 * A window that shows the console.
 *
 * @param page of the browser
 * @param console where it is
 */
record ConsoleWindow(Page page, URI console) {

    ConsoleWindow go(String path) {
        page.navigate(console.resolve(path).toString());
        return this;
    }

    /** With a password, and a code if one is asked for. Ends at the fleet. */
    ConsoleWindow signIn(String name, String password) {
        go("/").fillIn(name, password);
        assertThat(heading("Fleet")).isVisible();
        return this;
    }

    /** The form, which has to be there. */
    ConsoleWindow fillIn(String name, String password) {
        page.getByLabel("Name").fill(name);
        page.getByLabel("Password").fill(password);
        button("Sign in").click();
        return this;
    }

    /** Finds the firewall in the fleet and connects to it: the window in which its page will be. */
    Page connect(String firewall) {
        page.getByRole(AriaRole.SEARCHBOX).fill(firewall);
        return page.context().waitForPage(() -> button("Connect to " + firewall).click());
    }

    /** The same, until its page is there. */
    FirewallWindow connect(FirewallSide firewall) {
        return new FirewallWindow(connect(firewall.page().name())).expectSignIn(firewall.page());
    }

    /** The own session on this firewall in the list of sessions that are open. */
    Locator ownSession(FirewallSide firewall) {
        return page.getByRole(
                        AriaRole.LISTITEM,
                        new Page.GetByRoleOptions().setName("Session on " + firewall.page().name()))
                .filter(new Locator.FilterOptions().setHasText("(you)"));
    }

    /** What is in front of the page. */
    Locator dialog() {
        return page.getByRole(AriaRole.DIALOG);
    }

    Locator heading(String name) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(name));
    }

    Locator link(String name) {
        return page.getByRole(
                AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    Locator button(String name) {
        return button(page.locator("body"), name);
    }

    static Locator button(Locator within, String name) {
        return within.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }
}
