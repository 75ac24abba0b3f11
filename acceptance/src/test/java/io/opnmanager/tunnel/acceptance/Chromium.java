package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.stream.Stream;

/**
 * Debian's Chromium without a screen, driven by Playwright; a browser process of its own that ends
 * with it. One thread uses it: Playwright is bound to the thread that made it.
 */
final class Chromium implements AutoCloseable {

    private static final Path PROGRAM =
            Path.of(System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium"));

    private final Path sockets;
    private final Playwright playwright;
    private final Browser browser;
    private final List<Person> persons = new ArrayList<>();

    private Chromium(Path sockets, Playwright playwright, Browser browser) {
        this.sockets = sockets;
        this.playwright = playwright;
        this.browser = browser;
    }

    /** Starts one whose files are in the folder. */
    static Chromium launch(Path folder) throws IOException {
        Path temporary = PrivateFile.folder(folder.resolve("tmp"));
        // The path of a socket may have 108 bytes, and that of the project may be long.
        Path sockets = Files.createTempDirectory("opn");
        // Its own Node unpacks itself, and profiles grow: more than /tmp may hold. What is said
        // here first holds for every later one in this JVM.
        Path shared = PrivateFile.folder(DatabaseServer.FOLDER);
        System.setProperty("playwright.driver.tmpdir", shared.toString());
        PlaywrightAssertions.setDefaultAssertionTimeout(Person.PATIENCE_MS);
        Playwright playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(
                                        Map.of(
                                                "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD",
                                                "1",
                                                "TMPDIR",
                                                shared.toString())));
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
            return new Chromium(sockets, playwright, browser);
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
    void kill() {
        List<ProcessHandle> ours =
                ProcessHandle.current()
                        .descendants()
                        .filter(this::isOurBrowser)
                        .flatMap(
                                process -> Stream.concat(Stream.of(process), process.descendants()))
                        .toList();
        assertThat(ours).as("processes of the browser").isNotEmpty();
        ours.forEach(ProcessHandle::destroyForcibly);
        persons.forEach(Person::close);
        persons.clear();
    }

    /** It has been given the folder of its sockets; a renderer may have written over that. */
    private boolean isOurBrowser(ProcessHandle process) {
        try {
            return Files.readString(
                            Path.of("/proc/" + process.pid() + "/environ"),
                            StandardCharsets.ISO_8859_1)
                    .contains("TMPDIR=" + sockets + "\0");
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
