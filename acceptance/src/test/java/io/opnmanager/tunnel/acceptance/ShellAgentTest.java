package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same flow with the agent of sh, curl and ssh, in each shell that a firewall may have.
 *
 * <p>Long because all of it shares one broker, which is dear to start.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShellAgentTest {

    /** Every test uses it; the one that restarts it has it alone. */
    private static final String BROKER = "the broker of ShellAgentTest";

    private static final Duration SOON = Eventually.SOON;
    private static final Duration ONLINE = Duration.ofSeconds(30);
    private static final AtomicInteger NAMES = new AtomicInteger();

    private World world;

    /** FreeBSD's own shell is not to be had here; it comes from the same one as dash. */
    static List<String> shells() {
        return List.of("dash", "busybox ash", "bash --posix", "mksh");
    }

    @BeforeAll
    void start() throws Exception {
        world = World.named("sh").start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    private ShellFirewall prepare(String shell) throws Exception {
        String name = shell.replaceAll(" .*", "") + NAMES.incrementAndGet();
        FirewallPage page = world.with(FirewallPage.start(name));
        long id = world.operator().createFirewall(name, page.target());
        return world.with(new ShellFirewall(shell, world.folder().resolve(name), id, page));
    }

    private ShellFirewall enrolled(String shell, String... options) throws Exception {
        ShellFirewall firewall = prepare(shell);
        Script.Ended ended =
                firewall.enrol(
                        world.broker(),
                        world.operator().enrolmentToken(firewall.id()),
                        ShellFirewall.trusting(world.broker(), options));
        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .startsWith("enrolled firewall " + firewall.id() + ", SSH to fw-");
        return firewall;
    }

    private ShellFirewall started(String shell, String... options) throws Exception {
        ShellFirewall firewall = enrolled(shell, options);
        start(firewall);
        return firewall;
    }

    private void start(ShellFirewall firewall) throws Exception {
        firewall.start();
        Eventually.within(
                ONLINE,
                () ->
                        assertThat(firewall.program().output())
                                .contains("agent started firewall=" + firewall.id()));
        Eventually.within(
                ONLINE,
                () ->
                        assertThat(
                                        world.operator()
                                                .firewall(firewall.id())
                                                .path("online")
                                                .asBoolean())
                                .isTrue());
    }

    private JsonNode open(ShellFirewall firewall) throws Exception {
        return world.openActive(OperatorClient.object().put("firewall_id", firewall.id()));
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("shells")
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void two_tunnels_open_show_their_pages_and_leave_nothing(String shell) throws Exception {
        FirewallPage second = world.with(FirewallPage.start("second"));
        ShellFirewall firewall = started(shell, "--target", "127.0.0.1:" + second.port());

        JsonNode one = open(firewall);
        JsonNode two =
                world.openActive(
                        OperatorClient.object()
                                .put("firewall_id", firewall.id())
                                .put("target", second.target()));
        World.assertListensOnLoopbackOnly(one.path("tunnel_port").asInt());
        world.assertPageThrough(one, firewall.page());
        world.assertPageThrough(two, second);
        assertNoSecretIsToBeSeen(firewall);
        assertThat(firewall.command("status").output())
                .contains(
                        "running, process " + firewall.program().pid(),
                        "tunnel of request " + one.path("id").asLong() + ",",
                        "tunnel of request " + two.path("id").asLong() + ",");

        world.operator().close(one.path("id").asLong());

        world.assertEnds(one, "disconnected", "closed", SOON);
        world.assertNothingLeft(one);
        world.assertPageThrough(two, second);

        firewall.stop();

        world.assertEnds(two, "disconnected", "agent_closed", SOON);
        world.assertNothingLeft(two);
    }

    private static void assertNoSecretIsToBeSeen(ShellFirewall firewall) throws IOException {
        String header = Files.readString(firewall.state().resolve("identity/credential"));
        String token = header.substring(header.indexOf("Bearer ") + 7, header.lastIndexOf('"'));
        assertThat(token).hasSizeGreaterThan(30);
        assertThat(firewall.program().output()).doesNotContain(token);
        assertThat(firewall.commandLines()).hasSizeGreaterThan(2).noneMatch(l -> l.contains(token));
        try (Stream<Path> files = Files.walk(firewall.state())) {
            for (Path file : files.toList()) {
                if (Files.exists(file)) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .as("%s", file)
                            .endsWith("------");
                }
            }
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("shells")
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void killed_it_leaves_no_line_and_the_next_one_starts(String shell) throws Exception {
        ShellFirewall firewall = started(shell);
        JsonNode active = open(firewall);

        firewall.program().kill();

        world.assertEnds(active, "disconnected", "line_lost", SOON);
        firewall.assertNothingRuns();
        // As after a power cut: a lock whose owner is gone.
        Files.writeString(firewall.state().resolve("lock"), firewall.program().pid() + " gone\n");
        start(firewall);
        world.assertNothingLeft(active);
        JsonNode again = open(firewall);
        world.assertPageThrough(again, firewall.page());
        world.operator().close(again.path("id").asLong());
        world.assertNothingLeft(again);
        firewall.stop();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("shells")
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void a_target_that_is_not_on_its_list_is_refused(String shell) throws Exception {
        ShellFirewall firewall = started(shell);

        JsonNode asked =
                world.operator()
                        .open(
                                OperatorClient.object()
                                        .put("firewall_id", firewall.id())
                                        .put("target", "tcp://127.0.0.1:1"));

        JsonNode ended = world.assertEnds(asked, "timeout", "agent_failed", SOON);
        assertThat(ended.path("detail").asText())
                .contains("target localhost:1 is not in the list of targets of this firewall");
        world.assertNothingLeft(asked);
        firewall.stop();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("shells")
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void a_revoked_credential_ends_its_tunnels_and_is_said_once(String shell) throws Exception {
        ShellFirewall firewall = started(shell);
        JsonNode active = open(firewall);

        world.operator()
                .call("DELETE", "/api/v1/firewalls/" + firewall.id() + "/agent-token", null);

        world.assertEnds(active, "disconnected", "credential_revoked", SOON);
        world.assertPathGone(active.path("tunnel_port").asInt());
        Eventually.within(
                Eventually.TOLD,
                () ->
                        assertThat(firewall.program().output())
                                .containsOnlyOnce("the broker refuses this firewall's credential"));
        assertThat(firewall.command("check").code()).isEqualTo(4);
        firewall.stop();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(BROKER)
    void they_all_come_back_to_a_broker_that_was_restarted() throws Exception {
        List<ShellFirewall> firewalls = new ArrayList<>();
        List<JsonNode> requests = new ArrayList<>();
        // Two: each waits a random time of up to a minute, and the longest counts.
        for (String shell : List.of("dash", "busybox ash")) {
            ShellFirewall firewall = started(shell);
            firewalls.add(firewall);
            requests.add(open(firewall));
        }

        world.broker().program().kill();
        world.broker().start();

        for (int i = 0; i < firewalls.size(); i++) {
            ShellFirewall firewall = firewalls.get(i);
            world.assertEnds(requests.get(i), "disconnected", "broker_restarted", SOON);
            Eventually.within(
                    Duration.ofSeconds(75),
                    () -> assertThat(firewall.program().output()).contains("broker answers again"));
            world.assertNothingLeft(requests.get(i));
            JsonNode again = open(firewall);
            world.assertPageThrough(again, firewall.page());
            world.operator().close(again.path("id").asLong());
            world.assertNothingLeft(again);
            firewall.stop();
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("shells")
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void it_enrols_once_runs_once_and_says_what_was_wrong(String shell) throws Exception {
        ShellFirewall firewall = prepare(shell);
        assertThat(firewall.command("run").code()).isEqualTo(1);
        String token = world.operator().enrolmentToken(firewall.id());

        assertThat(firewall.enrol(world.broker(), token).code())
                .as("an authority that the box does not know")
                .isEqualTo(3);
        Script.Ended pinned =
                firewall.enrol(world.broker(), token, "--pinned-key", pin(new byte[] {1, 2, 3}));
        assertThat(pinned.code()).as(pinned.output()).isEqualTo(3);
        assertThat(pinned.output()).contains("the broker cannot be reached");
        Script.Ended good = firewall.enrol(world.broker(), token, "--pinned-key", brokersPin());
        assertThat(good.code()).as(good.output()).isZero();
        assertThat(firewall.enrol(world.broker(), token).code()).isEqualTo(5);
        Script.Ended used =
                firewall.enrol(
                        world.broker(), token, ShellFirewall.trusting(world.broker(), "--force"));
        assertThat(used.code()).isEqualTo(4);
        assertThat(used.output()).contains("enrolment_token_refused").doesNotContain(token);

        assertThat(firewall.command("check").output())
                .startsWith("firewall " + firewall.id() + " at ")
                .endsWith("has_requests: false\n");
        start(firewall);
        Script.Ended second = firewall.command("run");
        assertThat(second.code()).isEqualTo(6);
        assertThat(second.output()).contains("process " + firewall.program().pid());
        assertThat(firewall.program().isAlive()).isTrue();
        firewall.stop();
    }

    private String brokersPin() throws Exception {
        try (InputStream in =
                Files.newInputStream(world.broker().certificates().certificateFile())) {
            return pin(
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(in)
                            .getPublicKey()
                            .getEncoded());
        }
    }

    private static String pin(byte[] key) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
        return "sha256/" + Base64.getEncoder().encodeToString(hash);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({
        "etc/cron.d,cron,etc/cron.d/opnmanager-agent",
        "usr/local/etc/rc.syshook.d,syshook,usr/local/etc/rc.syshook.d/start/90-opnmanager-agent"
    })
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void installed_upgraded_and_removed_it_leaves_nothing(
            String known, String kind, String startFile) throws Exception {
        ShellFirewall firewall = enrolled("dash");
        Path root = Files.createDirectories(world.folder().resolve("root-" + kind));
        Map<String, String> at = Map.of("OPNMANAGER_ROOT", root.toString());
        Files.createDirectories(root.resolve(known));

        Script.Ended installed = firewall.commandAt(at, "install");
        assertThat(installed.code()).as(installed.output()).isZero();
        Path script = root.resolve("usr/local/sbin/opnmanager-agent");
        assertThat(script).hasSameBinaryContentAs(ShellFirewall.SCRIPT);
        assertThat(root.resolve(startFile))
                .content()
                .contains(script + " --state " + firewall.state() + " run --detach");

        Path next = root.resolve("next");
        Files.writeString(next, "#!/bin/sh\nexit 1\n");
        assertThat(firewall.commandAt(at, "upgrade", next.toString()).code()).isEqualTo(4);
        assertThat(script).hasSameBinaryContentAs(ShellFirewall.SCRIPT);
        Files.writeString(next, Project.read(ShellFirewall.SCRIPT) + "# newer\n");
        assertThat(firewall.commandAt(at, "upgrade", next + "", "--sha256", "00").code())
                .isEqualTo(4);
        Script.Ended upgraded = firewall.commandAt(at, "upgrade", next.toString());
        assertThat(upgraded.code()).as(upgraded.output()).isZero();
        assertThat(script).hasSameBinaryContentAs(next);

        Files.delete(next);
        assertThat(firewall.commandAt(at, "remove").code()).isZero();
        assertThat(firewall.state()).doesNotExist();
        try (Stream<Path> left = Files.walk(root)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("shells")
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void detached_it_runs_until_it_is_removed(String shell) throws Exception {
        ShellFirewall firewall = enrolled(shell);

        assertThat(firewall.command("run", "--detach").code()).isZero();
        Eventually.within(SOON, () -> assertThat(firewall.command("status").code()).isZero());
        assertThat(firewall.command("run", "--detach")).isEqualTo(new Script.Ended(0, ""));
        Script.Ended removed =
                firewall.commandAt(
                        Map.of("OPNMANAGER_ROOT", world.folder().resolve("none").toString()),
                        "remove");

        assertThat(removed.code()).as(removed.output()).isZero();
        firewall.assertNothingRuns();
        assertThat(firewall.state()).doesNotExist();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(value = BROKER, mode = ResourceAccessMode.READ)
    void removed_while_it_starts_it_ends() throws Exception {
        ShellFirewall firewall = enrolled("dash");
        Path first = world.folder().resolve("tools-" + firewall.id());
        // Its one step between reading its identity and taking its lock, with the folder made anew.
        Script.put(
                first.resolve("chmod"),
                """
                #!/bin/sh
                PATH=${PATH#*:}
                export PATH OPNMANAGER_ROOT=%1$s/none
                [ ! -e "%2$s/identity" ] || dash %3$s --state "%2$s" remove
                mkdir -p "%2$s"
                exec chmod "$@"
                """
                        .formatted(first, firewall.state(), ShellFirewall.SCRIPT));

        Script.Ended ended =
                firewall.commandAt(Map.of("PATH", first + ":" + System.getenv("PATH")), "run");

        assertThat(ended.output())
                .contains("removed; revoke the firewall's credential")
                .contains("not enrolled any more");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(firewall.state()).doesNotExist();
        firewall.assertNothingRuns();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void shellcheck_finds_nothing() throws Exception {
        try (Program shellcheck =
                Program.start(
                        "shellcheck",
                        world.folder(),
                        List.of("shellcheck", "-s", "sh", ShellFirewall.SCRIPT.toString()),
                        Map.of())) {
            assertThat(shellcheck.awaitExit(Duration.ofSeconds(60)))
                    .as(shellcheck.output())
                    .isZero();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void its_help_names_every_command_and_option() throws Exception {
        String help = help();
        assertThat(Project.read(ShellFirewall.SCRIPT).lines())
                .filteredOn(line -> line.strip().matches("--[a-z0-9-]+\\).*"))
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(help).contains(line.strip().replaceAll("\\).*", "")));
    }

    private String help() throws Exception {
        Script.Ended help =
                Script.run(
                        world.folder(),
                        Map.of(),
                        SOON,
                        List.of("sh", ShellFirewall.SCRIPT.toString(), "--help"));
        assertThat(help.code()).isZero();
        assertThat(help.output())
                .contains("enrol ", "run ", "check ", "status ", "install ", "upgrade ", "remove ");
        return help.output();
    }
}
