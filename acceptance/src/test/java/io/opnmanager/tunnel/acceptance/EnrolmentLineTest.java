package io.opnmanager.tunnel.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.SignedRelease;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One line, pasted into the shells of the boxes it is for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnrolmentLineTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private World world;
    private SignedRelease release;
    private Tunnelctl root;

    @BeforeAll
    void start() throws Exception {
        release = Releases.published("line", "2.0.0");
        world = World.named("line").release(release).start();
        root = signedIn("root", "administrator");
    }

    @AfterAll
    void end() {
        world.close();
    }

    @BeforeEach
    void serveTheRightOne() throws Exception {
        var _ = Releases.publish(release, "2.0.0", Releases.INSTALLER);
        // Its tag is the checksum that lines are made with, which may still be another one's.
        String tag = '"' + SignedRelease.sha256(Releases.INSTALLER.getBytes(UTF_8)) + '"';
        awaitServed(answer -> assertThat(answer.headers().firstValue("ETag")).hasValue(tag));
    }

    private void awaitServed(Consumer<Answer> wanted) {
        Eventually.within(
                Duration.ofSeconds(30),
                () -> wanted.accept(world.nobody().call("GET", "/api/release/install.sh", null)));
    }

    private Tunnelctl signedIn(String name, String role) throws Exception {
        world.addOperator(name, role);
        Tunnelctl tunnelctl = new Tunnelctl(world.folder().resolve("tunnelctl-" + name));
        tunnelctl
                .runWith(
                        World.PASSWORD,
                        "login",
                        "--broker",
                        world.broker().uri().toString(),
                        "--ca-file",
                        world.broker().certificates().authorityFile().toString(),
                        "--operator",
                        name,
                        "--password-file",
                        "-")
                .succeeded();
        return tunnelctl;
    }

    /** A firewall, a line for it, and a home on the box that it is pasted into. */
    private record Box(long id, String line, Path home) {

        String token() {
            return line.split(" ", 3)[1];
        }

        Box with(String other) {
            return new Box(id, other, home);
        }

        boolean installerRan() {
            return Files.exists(home.resolve("arguments"));
        }
    }

    private Box box() throws Exception {
        String name = "box-" + NUMBER.incrementAndGet();
        long id = world.operator().createFirewall(name, "https://localhost:443");
        Answer made =
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/firewalls/" + id + "/enrolment-line",
                                OperatorClient.object().put("kind", "opnsense"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return new Box(
                id,
                made.body().path("line").asText(),
                PrivateFile.folder(world.folder().resolve(name)));
    }

    /** Pastes it: the shell reads it from its standard input, as from a terminal. */
    private Script.Ended paste(Box box, String shell) throws Exception {
        Path output = box.home().resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(shell.split(" ", -1))
                        .directory(box.home().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
        builder.environment().put("HOME", box.home().toString());
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write((box.line() + "\n").getBytes(UTF_8));
        }
        assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return new Script.Ended(process.exitValue(), Files.readString(output));
    }

    private boolean isEnrolled(Box box) throws Exception {
        return world.operator().firewall(box.id()).path("enrolled").asBoolean();
    }

    /** Nothing of the installer was run, and whoever comes next can still enrol with the token. */
    private void assertNothingRan(Box box) throws Exception {
        assertThat(box.installerRan()).isFalse();
        assertThat(isEnrolled(box)).isFalse();
        assertNothingIsLeftBehind();
        var _ = EnrolledFirewall.enrolled(world, box.id(), EnrolledFirewall.ask(box.token()));
    }

    private static void assertNothingIsLeftBehind() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/tmp"))) {
            assertThat(files.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(name -> name.startsWith("opnmanager."));
        }
    }

    /** OPNsense's root has tcsh under the name csh. */
    static List<String> shells() {
        return List.of("tcsh -f", "csh -f", "dash", "bash --norc", "sh", "busybox ash");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void it_enrols_whatever_shell_it_is_pasted_into(String shell) throws Exception {
        Box box = box();

        Script.Ended ended = paste(box, shell);

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(isEnrolled(box)).isTrue();
        assertThat(Files.readString(box.home().resolve("arguments")))
                .isEqualTo(
                        "--broker %s --kind opnsense --key-sha256 %s --pinned-key %s\n"
                                .formatted(
                                        world.broker().uri(),
                                        release.keySha256(),
                                        world.broker().certificates().pin()));
        assertThat(Files.readString(box.home().resolve("processes")))
                .contains("install.sh --broker")
                .doesNotContain(box.token());
        assertThat(ended.output()).doesNotContain(box.token());
        assertNothingIsLeftBehind();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void an_installer_with_one_changed_byte_is_not_run(String shell) throws Exception {
        Box box = box();
        String changed = Releases.INSTALLER.replace("set -eu", "set -eU");
        var _ = Releases.publish(release, "2.0.0", changed);
        awaitServed(answer -> assertThat(answer.text()).isEqualTo(changed));

        Script.Ended ended = paste(box, shell);

        assertThat(ended.code()).as(ended.output()).isEqualTo(4);
        assertThat(ended.output())
                .contains(
                        "opnmanager: the installer has another checksum than this line, nothing was run");
        assertNothingRan(box);
    }

    @Test
    void an_installer_that_is_not_there_is_said() throws Exception {
        Box box = box();

        Script.Ended ended =
                paste(box.with(box.line().replace("/install.sh <", "/elsewhere.sh <")), "tcsh -f");

        assertThat(ended.code()).as(ended.output()).isEqualTo(3);
        assertThat(ended.output())
                .contains("404")
                .contains("opnmanager: the installer could not be fetched, nothing was run");
        assertNothingRan(box);
    }

    @Test
    void a_download_that_is_cut_off_is_not_run() throws Exception {
        byte[] half =
                Releases.INSTALLER.substring(0, Releases.INSTALLER.length() / 2).getBytes(UTF_8);
        Box announced = box();
        assertThat(pasteAt(announced, half, Releases.INSTALLER.length()).code()).isEqualTo(3);
        assertNothingRan(announced);

        Box chunked = box();
        Script.Ended ended = pasteAt(chunked, half, half.length);
        assertThat(ended.code()).as(ended.output()).isEqualTo(4);
        assertNothingRan(chunked);
    }

    /** With a server in place of the broker that says how much comes, and sends this. */
    private Script.Ended pasteAt(Box box, byte[] body, int announced) throws Exception {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, announced);
                    exchange.getResponseBody().write(body);
                    exchange.getResponseBody().flush();
                    exchange.close();
                });
        server.start();
        try {
            return paste(
                    box.with(
                            box.line()
                                    .replace(
                                            world.broker().uri() + "/api/release",
                                            "http://127.0.0.1:"
                                                    + server.getAddress().getPort()
                                                    + "/api/release")),
                    "tcsh -f");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void the_token_is_not_told_to_a_broker_with_another_key() throws Exception {
        Box box = box();

        Script.Ended ended =
                paste(
                        box.with(
                                box.line()
                                        .replace(
                                                world.broker().certificates().pin(),
                                                "sha256/" + "A".repeat(43) + "=")),
                        "tcsh -f");

        assertThat(ended.code()).as(ended.output()).isNotZero();
        assertThat(box.installerRan()).isTrue();
        assertThat(isEnrolled(box)).isFalse();
        var _ = EnrolledFirewall.enrolled(world, box.id(), EnrolledFirewall.ask(box.token()));
    }

    @Test
    void it_works_once() throws Exception {
        Box box = box();
        assertThat(paste(box, "dash").code()).isZero();
        Folders.delete(box.home().resolve("state"));

        Script.Ended again = paste(box, "dash");

        assertThat(again.code()).as(again.output()).isEqualTo(4);
        assertThat(again.output()).contains("enrolment_token_refused");
    }

    @Test
    void tunnelctl_prints_it_alone_and_says_the_rest_beside_it() throws Exception {
        Box box = box();

        Tunnelctl.Ended table =
                root.run("enrol-line", "box-" + NUMBER.get(), "--kind", "opnsense").succeeded();
        assertThat(table.out()).matches("echo ope_[A-Za-z0-9_-]{43} \\| /bin/sh -c '[^']+'\n");
        assertThat(table.err())
                .startsWith("For box-" + NUMBER.get() + ", agent 2.0.0. Works once, until ");
        Script.Ended ended = paste(box.with(table.out().strip()), "tcsh -f");
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(isEnrolled(box)).isTrue();

        JsonNode json =
                root.run(
                                "enrol-line",
                                Long.toString(box.id()),
                                "--kind",
                                "debian",
                                "--output",
                                "json")
                        .succeeded()
                        .json();
        assertThat(json.path("kind").asText()).isEqualTo("debian");
        assertThat(json.path("line").asText()).contains("--kind debian");
        assertThat(json.path("expires_at").asText()).isNotEmpty();
    }

    @Test
    void tunnelctl_says_why_there_is_none() throws Exception {
        long id = box().id();
        String firewall = Long.toString(id);

        root.run("enrol-line", firewall, "--kind", "container")
                .failed(1, "found no opnmanager.release.image (no_release, HTTP 409)");
        root.run("enrol-line", "nobody", "--kind", "debian")
                .failed(5, "no firewall is called nobody");
        root.run("enrol-line", firewall).failed(2, "--kind");
        root.run("enrol-line", firewall, "--kind", "windows").failed(2, "windows");
        signedIn("lee", "operator")
                .run("enrol-line", firewall, "--kind", "debian")
                .failed(4, "not_allowed");
    }
}
