package io.opnmanager.tunnel.acceptance;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.opnmanager.tunnel.demo.PrivateFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Debian's Chromium without a screen, driven by Playwright; a browser process of its own that ends
 * with it. One thread uses it: Playwright is bound to the thread that made it.
 */
final class Chromium implements AutoCloseable {

    private static final Path PROGRAM =
            Path.of(System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"));

    private final Path folder;
    private final Path sockets;
    private final Playwright playwright;
    private final Browser browser;
    private final List<Person> persons = new ArrayList<>();

    private Chromium(Path folder, Path sockets, Playwright playwright, Browser browser) {
        this.folder = folder;
        this.sockets = sockets;
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Starts one whose files are in the folder. */
    static Chromium launch(Path folder) throws IOException {
        Path temporary = PrivateFile.folder(folder.resolve("tmp"));
        // The path of a socket may have 108 bytes, and that of the project may be long.
        Path sockets = Files.createTempDirectory("opn");
        // Its own Node unpacks itself, once for all of them, which is more than /tmp may hold.
        System.setProperty(
                "playwright.driver.tmpdir", PrivateFile.folder(DatabaseServer.FOLDER).toString());
        PlaywrightAssertions.setDefaultAssertionTimeout(Person.PATIENCE_MS);
        Playwright playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(
                                        Map.of(
                                                "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                                                "1",
                                                // Where profile, downloads and traces grow.
                                                "TMPDIR",
                                                temporary.toString())));
        try {
            Browser browser =
                    playwright
                            .chromium()
                            .launch(
                                    new BrowserType.LaunchOptions()
                                            .setExecutablePath(PROGRAM)
                                            .setChromiumSandbox(!isRoot())
                                            .setDownloadsPath(temporary)
                                            .setEnv(environment(sockets))
                                            .setArgs(
                                                    List.of(
                                                            "--disable-gpu",
                                                            "--disable-quic",
                                                            "--no-first-run",
                                                            "--disable-background-networking",
                                                            "--disable-component-update",
                                                            "--disable-sync")));
            return new Chromium(folder, sockets, playwright, browser);
        } catch (PlaywrightException e) {
            playwright.close();
            Folders.delete(sockets);
            throw new IOException(
                    PROGRAM + " does not start; is Debian's package chromium installed?", e);
        }
    }

    private static Map<String, String> environment(Path sockets) {
        Map<String, String> all = new HashMap<>(System.getenv());
        all.put("TMPDIR", sockets.toString());
        return all;
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /** Somebody with a browser profile of their own. */
    Person person(String name) {
        return person(name, Look.LIGHT);
    }

    /** The same, looking in a certain way. */
    Person person(String name, Look look) {
        var person = new Person(name, browser, look);
        persons.add(person);
        return person;
    }

    /** Everybody closes their windows; what their browsers complained about, and whose did. */
    List<String> everybodyLeaves() {
        List<String> complaints =
                persons.stream()
                        .flatMap(person ->
                                person.complaints().stream()
                                        .map(complaint -> person.name() + ": " + complaint))
                        .toList();
        persons.forEach(Person::close);
        persons.clear();
        return complaints;
    }

    /** SIGKILL to the whole browser: no page of it can say goodbye. */
    void kill() throws IOException {
        List<ProcessHandle> killed =
                ProcessHandle.current().descendants().filter(this::isOurBrowser).toList();
        if (killed.isEmpty()) {
            throw new IOException("there is no process of the browser in " + folder);
        }
        killed.forEach(ProcessHandle::destroyForcibly);
        persons.forEach(Person::close);
        persons.clear();
    }

    private boolean isOurBrowser(ProcessHandle process) {
        try {
            return new String(
                            Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline")),
                            StandardCharsets.UTF_8)
                    .contains("--user-data-dir=" + folder);
        } catch (IOException e) {
            // Ended meanwhile.
            return false;
        }
    }

    @Override
    public void close() {
        try {
            persons.forEach(Person::close);
            browser.close();
        } catch (PlaywrightException e) {
            // One that was killed cannot be closed; its driver can.
        } finally {
            playwright.close();
            deleteSockets();
        }
    }

    private void deleteSockets() {
        try {
            Folders.delete(sockets);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot be deleted: " + sockets, e);
        }
    }
}
