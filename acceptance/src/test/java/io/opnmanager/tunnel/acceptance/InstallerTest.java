package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code install.sh} as an enrolment line runs it, and {@code release.sh}, which made the release.
 *
 * <p>Long because each way in which a release can be wrong is tried on the same box and release.
 */
class InstallerTest {

    private static final Path SCRIPT = Project.root().resolve("deploy/release/install.sh");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path folder;

    private Path root;
    private Path state;
    private Path temporary;
    private ReleasingBroker broker;
    private SigningKey key;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(folder.resolve("root"));
        // So that the box seems to have a place for it; nothing is started by it here.
        Files.createDirectories(root.resolve("etc/cron.d"));
        state = folder.resolve("state");
        temporary = Files.createDirectories(folder.resolve("tmp"));
        broker = ReleasingBroker.start(folder);
        key = SigningKey.make(folder.resolve("key"));
        broker.release =
                key.release("0.1.0", folder.resolve("release"), ShellFirewall.SCRIPT, SCRIPT);
    }

    @AfterEach
    void end() throws Exception {
        if (Files.exists(state)) {
            Script.run(
                    folder,
                    Map.of("OPNMANAGER_ROOT", root + ""),
                    LIMIT,
                    List.of("sh", ShellFirewall.SCRIPT + "", "--state", state + "", "remove"));
        }
        broker.close();
    }

    private String checksum() throws Exception {
        byte[] bytes = Files.readAllBytes(key.publicPart());
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** With the token on the standard input. */
    private Script.Ended install(String shell, String... arguments) throws Exception {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-c",
                                "t=$1; shift; echo \"$t\" | \"$@\"",
                                "sh",
                                ReleasingBroker.TOKEN));
        line.addAll(List.of(shell.split(" ", -1)));
        line.add(SCRIPT + "");
        line.addAll(List.of(arguments));
        Map<String, String> environment = new HashMap<>();
        environment.put("OPNMANAGER_ROOT", root + "");
        environment.put("TMPDIR", temporary + "");
        return Script.run(folder, environment, LIMIT, line);
    }

    private Script.Ended installOpnsense(String shell, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of("--broker", broker.url(), "--kind", "opnsense", "--key-sha256"));
        arguments.add(checksum());
        arguments.addAll(List.of("--state", state + ""));
        arguments.addAll(List.of(more));
        return install(shell, arguments.toArray(String[]::new));
    }

    private void nothingWasInstalled() throws IOException {
        assertThat(state).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
        assertThat(broker.enrolments).as("the token was not used").isEmpty();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(strings = {"dash", "busybox ash", "bash --posix", "mksh"})
    void pasted_on_a_box_without_java_it_installs_enrols_and_starts_once(String shell)
            throws Exception {
        Script.Ended ended =
                installOpnsense(
                        shell,
                        "--pinned-key",
                        broker.pin(),
                        "--web-target",
                        "https://localhost:8443",
                        "--updates");

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .contains("enrolled firewall 21", "version 0.1.0 is installed")
                .doesNotContain(ReleasingBroker.TOKEN);
        assertThat(broker.enrolments).hasSize(1);
        assertThat(broker.enrolments.element().path("enrolment_token").asText())
                .isEqualTo(ReleasingBroker.TOKEN);
        assertThat(state.resolve("targets")).hasContent("localhost:8443");
        assertThat(root.resolve("etc/cron.d/opnmanager-agent")).exists();
        Path pinned = state.resolve("update/release-key.pem");
        assertThat(pinned).hasSameBinaryContentAs(key.publicPart());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pinned)))
                .isEqualTo("rw-------");
        Eventually.within(
                LIMIT,
                () ->
                        assertThat(broker.lastReport() + "")
                                .isEqualTo("{\"enabled\":true,\"state\":\"none\"}"));
        assertThat(temporary).isEmptyDirectory();

        Script.Ended again = installOpnsense(shell, "--pinned-key", broker.pin());

        assertThat(again.code()).isEqualTo(5);
        assertThat(again.output())
                .contains(
                        "enrolled already as firewall 21 at "
                                + broker.url()
                                + ": nothing was changed");
        assertThat(broker.enrolments).hasSize(1);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void cut_off_after_the_enrolment_it_goes_on_without_a_second_one() throws Exception {
        assertThat(installOpnsense("dash", "--ca-file", broker.authority() + "").code()).isZero();
        Files.delete(root.resolve("usr/local/sbin/opnmanager-agent"));

        Script.Ended again = installOpnsense("dash", "--ca-file", broker.authority() + "");

        assertThat(again.code()).as(again.output()).isZero();
        assertThat(again.output()).contains("going on where it was cut");
        assertThat(root.resolve("usr/local/sbin/opnmanager-agent")).exists();
        assertThat(broker.enrolments).hasSize(1);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource(
            delimiter = '|',
            value = {
                "another key|4|not the key of this line; nothing was installed",
                "changed list|4|its signature is not of the release key; nothing was installed",
                "changed file|4|wanted SHA-256",
                "shorter file|4|bytes, found",
                "longer file|4|is larger than",
                "no release|4|the broker has no such file",
                "wrong pin|3|its certificate or key is not the one that is trusted",
                "nobody there|3|cannot be reached"
            })
    void what_is_not_as_the_line_says_is_never_run(String what, int code, String words)
            throws Exception {
        Path owned = folder.resolve("owned");
        Path script = broker.release.resolve("opnmanager-agent");
        String text = Files.readString(script);
        String pin = broker.pin();
        String line = checksum();
        switch (what) {
            case "another key" ->
                    Files.copy(
                            SigningKey.make(folder.resolve("other")).publicPart(),
                            broker.release.resolve("release-key.pem"),
                            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            case "changed list" -> {
                Path list = broker.release.resolve("release.txt");
                Files.writeString(list, Files.readString(list).replace("0.1.0", "0.2.0"));
            }
            case "changed file" ->
                    // Of the same length: only the checksum can tell.
                    Files.writeString(
                            script, text.replace("echo \"not running\"", "echo \"NOT running\""));
            case "shorter file" -> Files.writeString(script, text.substring(0, text.length() / 2));
            case "longer file" -> Files.writeString(script, text + "touch " + owned + "\n");
            case "no release" -> broker.release = folder.resolve("none");
            case "wrong pin" -> pin = "sha256/" + "B".repeat(43) + "=";
            case "nobody there" -> broker.close();
            default -> throw new IllegalStateException(what);
        }
        Script.Ended ended =
                install(
                        "dash",
                        "--broker",
                        broker.url(),
                        "--kind",
                        "opnsense",
                        "--key-sha256",
                        line,
                        "--state",
                        state + "",
                        "--pinned-key",
                        pin);

        assertThat(ended.code()).as(ended.output()).isEqualTo(code);
        assertThat(ended.output()).contains(words);
        assertThat(owned).doesNotExist();
        nothingWasInstalled();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource(
            delimiter = '|',
            value = {
                "--kind beos|--kind: wanted opnsense, debian or container, found 'beos'",
                "--frobnicate|unknown option '--frobnicate'",
                "--token x|--token: wanted the token on the standard input or in a file",
                "--broker http://example.net|--broker: wanted https://host[:port]",
                "--key-sha256 00|--key-sha256: wanted 64 hexadecimal digits",
                "--pinned-key sha256/x|--pinned-key: wanted sha256/ and 44 characters",
                "--web-target $(reboot)|--web-target: wanted scheme://host:port"
            })
    void a_wrong_option_is_named(String options, String words) throws Exception {
        Script.Ended ended = installOpnsense("dash", options.split(" ", -1));
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.output()).contains(words);
        nothingWasInstalled();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void half_of_it_does_nothing() throws Exception {
        String text = Project.read(SCRIPT);
        for (int part = 1; part < 16; part++) {
            Path cut = folder.resolve("cut.sh");
            Files.writeString(cut, text.substring(0, text.length() * part / 16));
            Script.Ended ended =
                    Script.run(
                            folder,
                            Map.of("OPNMANAGER_ROOT", root + "", "TMPDIR", temporary + ""),
                            LIMIT,
                            List.of("dash", cut + "", "--broker", broker.url()));
            assertThat(ended.output()).as("%d of 16", part).doesNotContain("install.sh:");
        }
        nothingWasInstalled();
        assertThat(broker.fetched).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void on_debian_it_installs_the_packages_keeps_them_for_the_way_back_and_enrols_once()
            throws Exception {
        for (String name : List.of("info", "updates", "triggers")) {
            Files.createDirectories(root.resolve("var/lib/dpkg").resolve(name));
        }
        Files.createFile(root.resolve("var/lib/dpkg/status"));
        Path home = Files.createDirectories(folder.resolve("tree/agent/usr/lib/opnmanager-tunnel"));
        Files.copy(
                SCRIPT.resolveSibling("opnmanager-agent-update"),
                home.resolve("opnmanager-agent-update"),
                java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        program(
                folder.resolve("tree/agent/usr/bin/opnmanager-agent"),
                """
                # enroll --broker URL --token-file - --ca-file FILE
                read -r token
                mkdir -p "${0%/usr/bin/*}/var/lib/opnmanager-agent"
                echo "web_target=$AGENT_WEB_TARGET"
                curl -sS --cacert "$7" -H 'Content-Type: application/json' -d "{\\"enrolment_token\\": \\"$token\\"}" \\
                    -o "${0%/usr/bin/*}/var/lib/opnmanager-agent/credential.json" "$3/api/enroll"
                """);
        broker.release =
                key.release(
                        "0.1.0",
                        folder.resolve("debs"),
                        SCRIPT,
                        deb("opnmanager-runtime", "tree/runtime"),
                        deb("opnmanager-agent", "tree/agent"),
                        deb("opnmanager-quickconnect-agent", "tree/quickconnect"));
        String[] line = {
            "--broker",
            broker.url(),
            "--kind",
            "debian",
            "--key-sha256",
            checksum(),
            "--ca-file",
            broker.authority() + "",
            "--web-target",
            "https://localhost:8443",
            "--updates"
        };

        Script.Ended ended = install("dash", line);

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .contains(
                        "web_target=https://localhost:8443",
                        "kept for the way back",
                        "version 0.1.0 is installed")
                .doesNotContain(ReleasingBroker.TOKEN);
        assertThat(broker.enrolments.element().path("enrolment_token").asText())
                .isEqualTo(ReleasingBroker.TOKEN);
        Path settings = root.resolve("etc/opnmanager-tunnel");
        assertThat(settings.resolve("release-key.pem")).hasSameBinaryContentAs(key.publicPart());
        assertThat(settings.resolve("agent-update.conf"))
                .content()
                .contains(
                        "broker_url=" + broker.url(),
                        "ca_file=" + settings.resolve("broker-ca.pem"));
        assertThat(root.resolve("etc/default/opnmanager-agent"))
                .content()
                .contains(
                        "AGENT_WEB_TARGET=https://localhost:8443",
                        "AGENT_TARGETS=localhost:8443",
                        "AGENT_UPDATE=true");
        try (Stream<Path> kept =
                Files.list(root.resolve("var/lib/opnmanager-agent-update/current"))) {
            assertThat(kept).hasSize(3);
        }

        Script.Ended again = install("dash", line);

        assertThat(again.code()).as(again.output()).isEqualTo(5);
        assertThat(again.output()).contains("nothing was changed, and the token is still good");
        assertThat(broker.enrolments).hasSize(1);
    }

    private static void program(Path file, String text) throws Exception {
        Script.put(file, "#!/bin/sh\n" + text);
    }

    private Path deb(String name, String tree) throws Exception {
        String architecture = run("dpkg", "--print-architecture");
        Path control = Files.createDirectories(folder.resolve(tree).resolve("DEBIAN"));
        Files.writeString(
                control.resolve("control"),
                """
                Package: %s
                Version: 0.1.0
                Architecture: %s
                Maintainer: Nobody <nobody@example.net>
                Description: for a test
                """
                        .formatted(name, architecture));
        Path file = folder.resolve("%s_0.1.0_%s.deb".formatted(name, architecture));
        run(
                "dpkg-deb",
                "--root-owner-group",
                "-Znone",
                "--build",
                folder.resolve(tree) + "",
                file + "");
        return file;
    }

    private static String run(String... line) throws Exception {
        Script.Ended ended = Script.run(Project.root(), Map.of(), LIMIT, List.of(line));
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output().strip();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void without_an_engine_for_containers_it_says_what_to_run() throws Exception {
        Script.Ended ended =
                install(
                        "dash",
                        "--broker",
                        broker.url(),
                        "--kind",
                        "container",
                        "--key-sha256",
                        checksum(),
                        "--pinned-key",
                        broker.pin(),
                        "--image",
                        "example.net/opnmanager-tunnel-agent:0.1.0");
        org.junit.jupiter.api.Assumptions.assumeTrue(
                ended.output().contains("found none"), "an engine for containers runs here");

        assertThat(ended.code()).as(ended.output()).isEqualTo(1);
        assertThat(ended.output())
                .contains(
                        "example.net/opnmanager-tunnel-agent:0.1.0 enroll --broker " + broker.url(),
                        "example.net/opnmanager-tunnel-quickconnect-agent:0.1.0")
                .doesNotContain(ReleasingBroker.TOKEN);
        assertThat(broker.enrolments).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void a_release_is_the_same_whatever_the_order_and_nothing_is_overwritten() throws Exception {
        Path again = key.release("0.1.0", folder.resolve("again"), SCRIPT, ShellFirewall.SCRIPT);
        assertThat(again.resolve("release.txt"))
                .hasSameBinaryContentAs(broker.release.resolve("release.txt"));
        assertThat(again.resolve("release-key.pem")).hasSameBinaryContentAs(key.publicPart());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key.file())))
                .isEqualTo("rw-------");

        byte[] before = Files.readAllBytes(key.file());
        Script.Ended second = SigningKey.run(folder, "key", key.file() + "");
        assertThat(second.code()).isEqualTo(4);
        assertThat(second.output()).contains("is there already, and is not overwritten");
        assertThat(key.file()).hasBinaryContent(before);
        Script.Ended over =
                SigningKey.run(
                        folder,
                        "make",
                        "--key",
                        key.file() + "",
                        "--version",
                        "0.1.0",
                        "--out",
                        again + "",
                        SCRIPT + "");
        assertThat(over.code()).isEqualTo(4);

        assertThat(verified(again).code()).isZero();
        Files.writeString(again.resolve("install.sh"), "echo other\n");
        assertThat(verified(again).output()).contains("install.sh: wanted", "bytes, found 11");
        Script.Ended other =
                SigningKey.run(
                        folder,
                        "make",
                        "--key",
                        key.file() + "",
                        "--version",
                        "0.2.0",
                        "--out",
                        folder.resolve("none") + "",
                        ShellFirewall.SCRIPT + "");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.output()).contains("wanted VERSION=0.2.0 in it, found '0.1.0'");
        assertThat(folder.resolve("none")).doesNotExist();
    }

    private Script.Ended verified(Path release) throws Exception {
        return SigningKey.run(folder, "verify", release + "", "--key", key.publicPart() + "");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void shellcheck_finds_nothing() throws Exception {
        try (Program shellcheck =
                Program.start(
                        "shellcheck",
                        folder,
                        List.of(
                                "shellcheck",
                                "-s",
                                "sh",
                                SCRIPT + "",
                                SigningKey.SCRIPT + "",
                                SCRIPT.resolveSibling("build.sh") + "",
                                SCRIPT.resolveSibling("opnmanager-agent-update") + ""),
                        Map.of())) {
            assertThat(shellcheck.awaitExit(LIMIT)).as(shellcheck.output()).isZero();
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(strings = {"install.sh", "release.sh", "opnmanager-agent-update"})
    void its_help_names_every_option(String name) throws Exception {
        Path script = SCRIPT.resolveSibling(name);
        Script.Ended help =
                Script.run(folder, Map.of(), LIMIT, List.of("sh", script + "", "--help"));
        assertThat(help.code()).isZero();
        assertThat(Project.read(script).lines())
                .filteredOn(line -> line.strip().matches("--[a-z0-9-]+\\).*"))
                .isNotEmpty()
                .filteredOn(line -> !line.strip().startsWith("--token)"))
                .allSatisfy(line ->
                        assertThat(help.output()).contains(line.strip().replaceAll("\\).*", "")));
    }
}
