package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code opnmanager-agent-update} with a real dpkg in a folder of its own, and packages whose
 * service is a shell that checks in. As root the agent's folder is another user's, as it is on a
 * firewall; as anybody else it is the own one.
 *
 * <p>Long because the packages and the box that it makes for itself belong to no other test.
 */
class PackageUpdateTest {

    private static final Path SCRIPT =
            Project.root().resolve("deploy/release/opnmanager-agent-update");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final int SHORT = 4;

    /** Debian's nobody. */
    private static final int NOBODY = 65_534;

    private static final boolean ROOT = System.getProperty("user.name").equals("root");

    /** Checks in with its version until it is ended, then says so in the state folder. */
    private static final String GOOD =
            """
            while :; do
                if curl -sS -o /dev/null --cacert CA -H 'Content-Type: application/json' \\
                    -d '{"firewall_id": 21, "agent_version": "VERSION"}' BROKER/api/agent_checkin; then
                    echo VERSION >"$STATE/checked-in.new" && mv -f "$STATE/checked-in.new" "$STATE/checked-in"
                fi
                sleep 1
            done
            """;

    @TempDir Path folder;

    /**
     * Seconds that a new version has to reach the broker: more than a busy machine needs to look at
     * the update while it waits. Who wants it to go back makes it {@link #SHORT}.
     */
    private int limit = 30;

    private Path root;
    private Path state;
    private Path home;
    private ReleasingBroker broker;
    private SigningKey key;

    @BeforeEach
    void start() throws Exception {
        root = folder.resolve("root");
        state = Files.createDirectories(root.resolve("var/lib/opnmanager-agent"));
        home = root.resolve("var/lib/opnmanager-agent-update");
        for (String name : List.of("info", "updates", "triggers")) {
            Files.createDirectories(root.resolve("var/lib/dpkg").resolve(name));
        }
        Files.createFile(root.resolve("var/lib/dpkg/status"));
        broker = ReleasingBroker.start(folder);
        key = SigningKey.make(folder.resolve("key"));
        if (ROOT) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(
                    folder.resolve("tls"), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(
                    broker.authority(), PosixFilePermissions.fromString("rw-r--r--"));
            Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
            Files.setAttribute(state, "unix:uid", NOBODY);
            Files.setAttribute(state, "unix:gid", NOBODY);
        }
        Path settings = Files.createDirectories(root.resolve("etc/opnmanager-tunnel"));
        Files.copy(key.publicPart(), settings.resolve("release-key.pem"));
        Files.writeString(
                settings.resolve("agent-update.conf"),
                "# by hand\nbroker_url=" + broker.url() + "\nca_file=" + broker.authority() + "\n");
    }

    @AfterEach
    void end() throws Exception {
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains(root + ""))
                .forEach(ProcessHandle::destroyForcibly);
        broker.close();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("OPNMANAGER_ROOT", root + "");
        environment.put("OPNMANAGER_UPDATE_LIMIT", Integer.toString(limit));
        return environment;
    }

    private Script.Ended update(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("dash", SCRIPT + ""));
        line.addAll(List.of(arguments));
        return Script.run(folder, environment(), LIMIT, line);
    }

    private Path[] packages(String version, String service) throws Exception {
        return new Path[] {
            deb("opnmanager-runtime", version, "", ""),
            deb("opnmanager-agent", version, service, "")
        };
    }

    /** A package that dpkg-deb builds: with a service it starts it, as systemd would. */
    private Path deb(String name, String version, String service, String postinst)
            throws Exception {
        Path tree = folder.resolve("tree-" + name + "-" + version + "-" + service.hashCode());
        Path control = Files.createDirectories(tree.resolve("DEBIAN"));
        Files.writeString(
                control.resolve("control"),
                """
                Package: %s
                Version: %s
                Architecture: %s
                Maintainer: Nobody <nobody@example.net>
                Description: for a test
                """
                        .formatted(name, version, architecture()));
        if (!service.isEmpty()) {
            Path program = Files.createDirectories(tree.resolve("usr/lib/test-agent"));
            Files.writeString(
                    program.resolve("service"),
                    "#!/bin/sh\nSTATE=$1\n"
                            + service.replace("VERSION", version)
                                    .replace("CA", broker.authority() + "")
                                    .replace("BROKER", broker.url()));
            Path script = control.resolve("postinst");
            Files.writeString(
                    script,
                    """
                    #!/bin/sh
                    set -e
                    [ ! -e "$DPKG_ROOT/service.pid" ] || kill -9 "$(cat "$DPKG_ROOT/service.pid")" 2>/dev/null || :
                    %s
                    as=
                    [ "$(id -u)" != 0 ] || as="setpriv --reuid 65534 --regid 65534 --clear-groups --"
                    $as sh "$DPKG_ROOT/usr/lib/test-agent/service" "$DPKG_ROOT/var/lib/opnmanager-agent" </dev/null >/dev/null 2>&1 &
                    echo $! >"$DPKG_ROOT/service.pid"
                    """
                            .formatted(postinst));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path file = folder.resolve("%s_%s_%s.deb".formatted(name, version, architecture()));
        run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree + "", file + "");
        return file;
    }

    private static String run(String... line) throws Exception {
        Script.Ended ended = Script.run(Project.root(), Map.of(), LIMIT, List.of(line));
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output().strip();
    }

    private static String architecture() throws Exception {
        return run("dpkg", "--print-architecture");
    }

    private void installed(String version) throws Exception {
        Path[] debs = packages(version, GOOD);
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "dpkg",
                                "--root=" + root,
                                "--force-script-chrootless",
                                "--force-not-root",
                                "--log=/dev/null",
                                "-i"));
        List<String> keep = new ArrayList<>(List.of("keep"));
        for (Path deb : debs) {
            line.add(deb + "");
            keep.add(deb + "");
        }
        run(line.toArray(String[]::new));
        Script.Ended kept = update(keep.toArray(String[]::new));
        assertThat(kept.code()).as(kept.output()).isZero();
        checkedIn(version);
    }

    private void checkedIn(String version) {
        Eventually.within(LIMIT, () -> assertThat(state.resolve("checked-in")).hasContent(version));
    }

    private void released(String version, String service) throws Exception {
        broker.release =
                key.release(version, folder.resolve("release"), packages(version, service));
    }

    private void wanted(String version) throws IOException {
        Path file = state.resolve("update-wanted");
        Files.writeString(file, version + "\n");
        owned(file);
    }

    private static void owned(Path file) throws IOException {
        if (ROOT) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            Files.setAttribute(file, "unix:uid", NOBODY);
        }
    }

    private String version(String name) throws Exception {
        return run(
                "dpkg-query",
                "--admindir=" + root.resolve("var/lib/dpkg"),
                "-W",
                "-f",
                "${db:Status-Status} ${Version}",
                name);
    }

    private void bothAre(String version) throws Exception {
        assertThat(version("opnmanager-agent")).isEqualTo("installed " + version);
        assertThat(version("opnmanager-runtime")).isEqualTo("installed " + version);
        assertThat(root.resolve("usr/lib/test-agent/service")).content().contains(version);
        Files.deleteIfExists(state.resolve("checked-in"));
        checkedIn(version);
    }

    private void outcome(String text) throws IOException {
        Path file = home.resolve("update-outcome");
        assertThat(file).content().startsWith(text);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void a_signed_newer_version_stays_when_it_has_reached_the_broker() throws Exception {
        installed("1.0.0");
        released("1.1.0", GOOD);
        wanted("1.1.0");

        Script.Ended ended = update();

        assertThat(ended.code()).as(ended.output()).isZero();
        outcome("confirmed 1.1.0");
        bothAre("1.1.0");
        assertThat(state.resolve("update-wanted")).doesNotExist();
        assertThat(home.resolve("trial")).doesNotExist();
        assertThat(update("status").output())
                .contains("opnmanager-agent 1.1.0, kept for the way back");
        assertThat(update().output()).isEqualTo("nothing is wanted\n");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void the_old_packages_come_back_when_the_new_ones_do_not_reach_the_broker() throws Exception {
        installed("1.0.0");
        released("1.1.0", "exit 1\n");
        wanted("1.1.0");
        limit = SHORT;

        Script.Ended ended = update();

        assertThat(ended.code()).as(ended.output()).isEqualTo(7);
        outcome("went_back 1.1.0 no check-in within 4 s");
        bothAre("1.0.0");
        wanted("1.1.0");
        int fetched = broker.fetched.size();
        assertThat(update().output()).contains("1.1.0: went_back already, not tried again");
        assertThat(broker.fetched).hasSize(fetched);
        assertThat(state.resolve("update-wanted")).doesNotExist();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void a_package_that_cannot_be_installed_goes_back() throws Exception {
        installed("1.0.0");
        Path runtime = deb("opnmanager-runtime", "1.1.0", "", "");
        Path agent = deb("opnmanager-agent", "1.1.0", GOOD, "exit 1");
        broker.release = key.release("1.1.0", folder.resolve("release"), runtime, agent);
        wanted("1.1.0");

        Script.Ended ended = update();

        assertThat(ended.code()).as(ended.output()).isEqualTo(7);
        outcome("went_back 1.1.0 dpkg could not install it");
        bothAre("1.0.0");
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource(
            delimiter = '|',
            value = {
                "changed list|refused|the signature of release.txt is not of the release key",
                "changed package|refused|wanted SHA-256",
                "downgrade|refused|not newer than 1.0.0, which is installed",
                "wrong package|refused|found another package",
                "not kept|refused|for the way back, found none",
                "another release|trying|the broker has another release now: version 1.1.0"
            })
    void what_is_not_as_signed_newer_and_reversible_is_never_installed(
            String what, String state, String words) throws Exception {
        installed("1.0.0");
        String version = what.equals("downgrade") ? "0.9.0" : "1.1.0";
        released(version, GOOD);
        Path list = broker.release.resolve("release.txt");
        Path deb = broker.release.resolve("opnmanager-agent_1.1.0_" + architecture() + ".deb");
        switch (what) {
            case "changed list" -> Files.writeString(list, Files.readString(list) + "\n");
            case "changed package" -> {
                byte[] bytes = Files.readAllBytes(deb);
                bytes[bytes.length - 700] ^= 1;
                Files.write(deb, bytes);
            }
            case "wrong package" -> {
                Path runtime = deb("opnmanager-runtime", "1.1.0", "", "");
                Path odd = deb("opnmanager-agent", "1.2.0", GOOD, "");
                Files.move(odd, deb, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                broker.release = key.release("1.1.0", folder.resolve("odd"), runtime, deb);
            }
            case "not kept" -> Files.delete(home.resolve("current/opnmanager-runtime_1.0.0.deb"));
            default -> {}
        }
        wanted(what.equals("another release") ? "1.2.0" : version);

        Script.Ended ended = update();

        assertThat(ended.code()).as(ended.output()).isEqualTo(state.equals("refused") ? 4 : 3);
        assertThat(home.resolve("update-outcome")).content().startsWith(state).contains(words);
        assertThat(ended.output()).doesNotContain("dpkg: ");
        bothAre("1.0.0");
        assertThat(this.state.resolve("update-wanted")).doesNotExist();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void what_the_agents_user_puts_into_its_folder_moves_root_to_nothing() throws Exception {
        Assumptions.assumeTrue(ROOT, "only root may give the folder to another user");
        installed("1.0.0");
        released("1.1.0", "sleep 1000\n");
        Path secret = folder.resolve("of-root");
        Files.writeString(secret, "1.1.0\n");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));

        Files.createSymbolicLink(state.resolve("update-wanted"), secret);
        assertThat(update().output()).contains("found a link: passed over", "nothing is wanted");
        assertThat(state.resolve("update-wanted")).doesNotExist();
        assertThat(secret).hasContent("1.1.0");

        run("mkfifo", state.resolve("update-wanted") + "");
        assertThat(update().output()).isEqualTo("nothing is wanted\n");

        wanted("1.1.0; touch " + folder.resolve("owned"));
        assertThat(update().output()).contains("wanted a version, found", "nothing is wanted");
        wanted("x".repeat(1_000_000));
        assertThat(update().output()).contains("nothing is wanted");
        assertThat(folder.resolve("owned")).doesNotExist();

        wanted("1.1.0");
        broker.onFetch =
                () -> {
                    try {
                        Files.deleteIfExists(state.resolve("checked-in"));
                        Files.createSymbolicLink(state.resolve("checked-in.new"), secret);
                        Files.move(state.resolve("checked-in.new"), state.resolve("checked-in"));
                    } catch (IOException again) {
                        // it is there already
                    }
                };
        limit = SHORT;
        Script.Ended ended = update();
        assertThat(ended.code()).as(ended.output()).isEqualTo(7);
        assertThat(secret).hasContent("1.1.0");
        assertThat(broker.release).isDirectory();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void the_agent_can_take_its_word_back_until_dpkg_begins() throws Exception {
        installed("1.0.0");
        released("1.1.0", GOOD);
        wanted("1.1.0");
        broker.onFetch = () -> state.resolve("update-wanted").toFile().delete();

        Script.Ended ended = update();

        assertThat(ended.code()).as(ended.output()).isZero();
        outcome("trying 1.1.0 waits until no tunnel is open");
        bothAre("1.0.0");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void killed_while_it_waits_it_goes_on_and_goes_back() throws Exception {
        installed("1.0.0");
        released("1.1.0", "sleep 1000\n");
        wanted("1.1.0");

        killedWhen("waiting");
        assertThat(version("opnmanager-agent")).isEqualTo("installed 1.1.0");

        limit = SHORT;
        Script.Ended ended = update();
        assertThat(ended.code()).as(ended.output()).isEqualTo(7);
        outcome("went_back 1.1.0 no check-in within 4 s");
        bothAre("1.0.0");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void killed_while_it_waits_it_goes_on_and_the_new_one_stays() throws Exception {
        installed("1.0.0");
        released("1.1.0", "sleep 2\n" + GOOD);
        wanted("1.1.0");

        killedWhen("waiting");

        Script.Ended ended = update();
        assertThat(ended.code()).as(ended.output()).isZero();
        outcome("confirmed 1.1.0");
        bothAre("1.1.0");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void killed_while_dpkg_works_the_old_packages_come_back_whole() throws Exception {
        installed("1.0.0");
        Path runtime = deb("opnmanager-runtime", "1.1.0", "", "");
        Path agent = deb("opnmanager-agent", "1.1.0", GOOD, "sleep 1000");
        broker.release = key.release("1.1.0", folder.resolve("release"), runtime, agent);
        wanted("1.1.0");

        killedWhen("installing");
        assertThat(version("opnmanager-agent")).isIn("unpacked 1.1.0", "half-configured 1.1.0");

        Script.Ended ended = update();
        assertThat(ended.code()).as(ended.output()).isEqualTo(7);
        outcome("went_back 1.1.0 cut off while it was installed");
        bothAre("1.0.0");
    }

    /** As a power cut: the script and all that it started, without a word. */
    private void killedWhen(String phase) throws Exception {
        try (Program program =
                Program.start(
                        "update-" + phase,
                        folder,
                        List.of("dash", SCRIPT + "", "run"),
                        environment())) {
            Eventually.within(
                    LIMIT,
                    () -> {
                        assertThat(home.resolve("trial")).content().contains(" " + phase + " ");
                        assertThat(version("opnmanager-agent")).endsWith("1.1.0");
                    });
            // Frozen it starts nothing that would be missed, and would keep the lock.
            program.freeze();
            ProcessHandle script = ProcessHandle.of(program.pid()).orElseThrow();
            List<ProcessHandle> started = script.descendants().toList();
            started.forEach(ProcessHandle::destroyForcibly);
            program.kill();
            Eventually.within(LIMIT, () -> assertThat(started).noneMatch(ProcessHandle::isAlive));
        }
        assertThat(Files.exists(home.resolve("trial"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
}
