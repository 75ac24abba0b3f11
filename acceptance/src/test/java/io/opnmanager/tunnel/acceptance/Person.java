package io.opnmanager.tunnel.acceptance;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Tracing;
import com.microsoft.playwright.options.ReducedMotion;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Somebody at a browser profile of their own: cookies, windows, and all that the browser complained
 * about in them.
 */
final class Person implements AutoCloseable {

    /** Everybody who is at a browser now, for {@link Evidence}. */
    static final List<Person> PRESENT = new CopyOnWriteArrayList<>();

    /** How long a page may take for anything: builds share the machine. */
    static final double PATIENCE_MS = 30_000;

    private static final double SCREENSHOT_MS = 5_000;

    /**
     * Chromium reports every refused answer by itself, and who opens the console without being
     * signed in is asked for by such a call.
     */
    private static final Pattern NOBODY_SIGNED_IN =
            Pattern.compile(".* 401 \\(.*\\) at .*/api/v1/sign-in:0:0");

    private static final Set<String> NO_NETWORK = Set.of("data", "blob", "about");

    private final String name;
    private final BrowserContext context;
    private final List<String> complaints = new ArrayList<>();

    Person(String name, Browser browser, Look look) {
        this.name = name;
        this.context =
                browser.newContext(
                        new Browser.NewContextOptions()
                                .setViewportSize(look.width, look.height)
                                .setColorScheme(look.colours)
                                .setReducedMotion(ReducedMotion.REDUCE)
                                .setLocale("en-GB")
                                .setTimezoneId("UTC")
                                // The broker's authority is made anew for each world.
                                .setIgnoreHTTPSErrors(true));
        context.setDefaultTimeout(PATIENCE_MS);
        context.onConsoleMessage(this::onConsole);
        context.onWebError(error -> complaints.add("page error: " + error.error()));
        context.onRequest(this::onRequest);
        context.tracing()
                .start(new Tracing.StartOptions().setScreenshots(false).setSnapshots(true));
        PRESENT.add(this);
    }

    private void onConsole(ConsoleMessage message) {
        if (message.type().equals("error") || message.text().contains("Content Security Policy")) {
            String complaint = message.type() + ": " + message.text() + " at " + message.location();
            if (!NOBODY_SIGNED_IN.matcher(complaint).matches()) {
                complaints.add(complaint);
            }
        }
    }

    private void onRequest(Request request) {
        URI uri = URI.create(request.url().split("[?#]", 2)[0]);
        String host = uri.getHost() == null ? "" : uri.getHost();
        if (!NO_NETWORK.contains(uri.getScheme())
                && !host.equals("127.0.0.1")
                && !host.equals("localhost")
                && !host.endsWith(".localhost")) {
            complaints.add("a request to somewhere else: " + request.url());
        }
    }

    /** A new, empty window. */
    Page window() {
        return context.newPage();
    }

    String name() {
        return name;
    }

    BrowserContext context() {
        return context;
    }

    /**
     * What the browser complained about so far: errors of scripts, violated policies, requests that
     * were refused, requests to anywhere but this machine.
     */
    List<String> complaints() {
        // What was said before this call is heard before its answer.
        var _ = context.cookies();
        return List.copyOf(complaints);
    }

    /** Everything complained about so far was expected. */
    void forgive() {
        complaints.clear();
    }

    /** One complaint or more like this had to come; it was right. */
    void forgive(String part) {
        if (complaints().stream().noneMatch(complaint -> complaint.contains(part))) {
            throw new AssertionError("wanted a complaint about " + part + " in " + complaints);
        }
        complaints.removeIf(complaint -> complaint.contains(part));
    }

    /** What every window shows, and how it came to that, as files in a folder. */
    void keepEvidence(Path folder) {
        context.tracing()
                .stop(new Tracing.StopOptions().setPath(folder.resolve(name + "-trace.zip")));
        List<Page> windows = context.pages();
        for (int i = 0; i < windows.size(); i++) {
            try {
                windows.get(i)
                        .screenshot(
                                new Page.ScreenshotOptions()
                                        .setPath(folder.resolve(name + "-" + i + ".png"))
                                        .setTimeout(SCREENSHOT_MS));
            } catch (PlaywrightException e) {
                // A window that waits for an answer cannot be drawn; the trace tells of it.
            }
        }
    }

    @Override
    public void close() {
        PRESENT.remove(this);
        try {
            context.close();
        } catch (PlaywrightException e) {
            // Its browser was killed.
        }
    }
}
