package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The packages on a Debian with a systemd that really runs: one machine's life from the first
 * installation to the last purge, a step a test.
 *
 * <p>Long because it is one life: each step begins where the one before ended.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class InstalledPackagesTest {

    private static final Path TARGET = Project.root().resolve("acceptance/target/packages");
    private static final Duration HEALED = Duration.ofSeconds(90);
    private static final String BROKER = "opnmanager-broker";
    private static final String AGENT = "opnmanager-agent";
    private static final String QUICKCONNECT = "opnmanager-quickconnect-agent";
    private static final List<String> PROGRAMS = List.of(BROKER, AGENT, QUICKCONNECT, "tunnelctl");

    @SuppressWarnings("NullAway.Init") // Before all tests.
    private static DebianRoot root;

    private static int http;

    @BeforeAll
    static void boot() throws Exception {
        assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "a Debian in a folder, with a systemd of its own, needs root");
        root = DebianRoot.boot(TARGET);
        Files.createDirectories(root.path("/packages"));
    }

    @AfterAll
    static void end() throws Exception {
        if (root != null) {
            root.close();
        }
    }

    private static String install(List<Path> packages, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "apt-get",
                                "install",
                                "--yes",
                                "--quiet",
                                "--no-install-recommends",
                                "--option=Dpkg::Options::=--force-confold"));
        command.addAll(List.of(options));
        for (Path file : packages) {
            Files.copy(
                    file,
                    root.path("/packages/" + file.getFileName()),
                    StandardCopyOption.REPLACE_EXISTING);
            command.add("/packages/" + file.getFileName());
        }
        return root.ok(command.toArray(String[]::new));
    }

    private static String state(String unit) throws Exception {
        return root.property(unit, "ActiveState");
    }

    private static long process(String unit) throws Exception {
        return Long.parseLong(root.property(unit, "MainPID"));
    }

    /** By the unit: a number that is none would be everybody's. */
    private static void signal(String unit, String name) throws Exception {
        root.ok("systemctl", "kill", "--kill-who=main", "--signal=" + name, unit);
    }

    private static void awaitAnother(String unit, long before) {
        Eventually.within(
                HEALED,
                () -> {
                    assertThat(state(unit)).isEqualTo("active");
                    assertThat(process(unit)).isPositive().isNotEqualTo(before);
                });
    }

    @Test
    @Order(1)
    void they_install_and_what_is_not_configured_is_enabled_and_not_started() throws Exception {
        String said = install(PackagesTest.packages());

        assertThat(said)
                .contains("opnmanager-broker is installed and not started yet")
                .contains("opnmanager-agent is installed and not started yet");
        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            assertThat(root.ok("systemctl", "is-enabled", unit)).isEqualTo("enabled");
            assertThat(state(unit)).isEqualTo("inactive");
            assertThat(root.property(unit, "ConditionResult")).isEqualTo("no");
        }
        assertThat(root.run("systemctl", "is-enabled", QUICKCONNECT + "-once.timer").output())
                .isEqualTo("disabled\n");
        assertThat(root.ok("systemctl", "--failed", "--no-legend")).isEmpty();
        assertThat(
                        root.run(
                                        "systemd-analyze",
                                        "verify",
                                        "--man=no",
                                        BROKER + ".service",
                                        AGENT + ".service",
                                        QUICKCONNECT + ".service",
                                        QUICKCONNECT + "-once.timer")
                                .output())
                .isEmpty();
    }

    @Test
    @Order(2)
    void every_program_says_how_it_is_called_and_which_version_it_is() throws Exception {
        for (String program : PROGRAMS) {
            assertThat(root.ok("runuser", "-u", "nobody", "--", program, "--help"))
                    .contains("Usage: ");
            assertThat(root.ok("runuser", "-u", "nobody", "--", program, "--version"))
                    .matches("[a-z-]+ \\d+\\.\\d+\\.\\d+.*");
            assertThat(root.path("/var/cache/" + program)).isNotEmptyDirectory();
            assertThat(root.path("/usr/share/man/man1/" + program + ".1.gz"))
                    .satisfiesAnyOf(
                            page -> assertThat(page).exists(),
                            page -> assertThat(root.path("/etc/dpkg/dpkg.cfg.d")).exists());
        }
    }

    @Test
    @Order(3)
    void a_cache_that_is_damaged_or_stale_does_not_stop_a_start() throws Exception {
        Path cache = root.path("/var/cache/tunnelctl/tunnelctl.aot");
        byte[] whole = Files.readAllBytes(cache);
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length / 2);
        byte[] changed = whole.clone();
        for (int i = 0; i < 4096; i++) {
            changed[i] = 'x';
        }
        for (byte[] bad : List.of(new byte[0], cut, changed)) {
            Files.write(cache, bad);
            assertThat(root.ok("tunnelctl", "--version")).containsPattern("(?m)^tunnelctl \\d");
        }
        // Of another build: the class path is not the one that it was made with.
        Files.write(cache, whole);
        root.ok("touch", "/usr/lib/opnmanager-tunnel/tunnelctl/start.jar");
        assertThat(root.ok("tunnelctl", "--version")).containsPattern("(?m)^tunnelctl \\d");
    }

    @Test
    @Order(4)
    void the_broker_is_ready_when_systemd_says_that_it_is_started() throws Exception {
        EmbeddedMariaDb database = DatabaseServer.server();
        http = Loopback.freePort();
        Files.writeString(
                root.path("/etc/opnmanager-tunnel/broker.yaml"),
                """
                quarkus:
                  datasource:
                    username: %s
                    jdbc:
                      url: %s
                  http:
                    host: 127.0.0.1
                    port: %d
                opnmanager:
                  state-folder: /var/lib/opnmanager-broker
                  node:
                    name: packages-test
                  ssh:
                    host: 127.0.0.1
                    port: %d
                    public-host: 127.0.0.1
                """
                        .formatted(
                                database.user(),
                                database.jdbcUrl("opnmanager_packages")
                                        + "?createDatabaseIfNotExist=true",
                                http,
                                Loopback.freePort()));
        Path password = root.path("/etc/opnmanager-tunnel/credentials/quarkus.datasource.password");
        Files.writeString(password, database.password() + "\n");
        root.ok("chmod", "0600", "/etc/opnmanager-tunnel/credentials/quarkus.datasource.password");

        root.ok("systemctl", "start", BROKER);

        assertThat(state(BROKER)).isEqualTo("active");
        try (OperatorClient anyone = OperatorClient.anonymous(url(), SSLContext.getDefault())) {
            assertThat(anyone.call("GET", "/q/health/ready", null).status()).isEqualTo(200);
            assertThat(anyone.call("GET", "/q/health/live", null).status()).isEqualTo(200);
        }
        assertThat(root.ok("stat", "--format=%U", "/proc/" + process(BROKER))).isEqualTo(BROKER);
        assertThat(root.journal()).doesNotContain(database.password());
    }

    private static URI url() {
        return URI.create("http://127.0.0.1:" + http);
    }

    @Test
    @Order(5)
    void with_a_database_server_at_hand_the_broker_s_cache_is_made_by_a_whole_start()
            throws Exception {
        Path options = root.path("/etc/default/" + BROKER);
        Files.writeString(
                options,
                "OPNMANAGER_BROKER_JAVA_OPTIONS=-Xlog:class+load:file=/var/lib/opnmanager-broker/classes\n");
        root.ok("systemctl", "restart", BROKER);
        // What only a broker with a database comes to.
        try (Stream<String> classes =
                Files.lines(root.path("/var/lib/opnmanager-broker/classes"))) {
            assertThat(classes.filter(line -> line.contains(".DbMigrate source: ")))
                    .singleElement()
                    .asString()
                    .endsWith("shared objects file");
        }
        Files.delete(options);
        root.ok("rm", "/var/lib/opnmanager-broker/classes");
        assertThat(root.ok("sh", "-c", "cat /proc/[0-9]*/comm")).doesNotContain("mariadbd");

        Path cache = root.path("/var/cache/opnmanager-broker/broker.aot");
        long whole = Files.size(cache);
        root.ok("mv", "/usr/sbin/mariadbd", "/usr/sbin/mariadbd.away");
        root.ok("/usr/lib/opnmanager-tunnel/broker/make-cache");

        assertThat(Files.size(cache)).isBetween(whole / 4, whole * 4 / 5);
        assertThat(root.ok("stat", "--format=%U %a", "/var/cache/opnmanager-broker/broker.aot"))
                .isEqualTo("root 644");
        root.ok("systemctl", "restart", BROKER);
        root.ok("mv", "/usr/sbin/mariadbd.away", "/usr/sbin/mariadbd");
    }

    @Test
    @Order(6)
    void an_enrolled_agent_starts_and_is_seen_by_the_broker() throws Exception {
        String administrator =
                Files.readString(root.path("/var/lib/opnmanager-broker/initial-administrator"))
                        .lines()
                        .filter(line -> line.startsWith("password="))
                        .map(line -> line.substring("password=".length()))
                        .findFirst()
                        .orElseThrow();
        try (OperatorClient operator =
                OperatorClient.basic(
                        url(), SSLContext.getDefault(), "administrator", administrator)) {
            long firewall = operator.createFirewall("packaged", "https://localhost:443");
            Path token = root.path("/srv/enrolment-token");
            Files.writeString(token, operator.enrolmentToken(firewall));
            assertThat(
                            root.ok(
                                    "sh",
                                    "-c",
                                    "runuser -u opnmanager-agent -- opnmanager-agent enroll"
                                            + " --token - --broker "
                                            + url()
                                            + " </srv/enrolment-token"))
                    .contains("enrolled firewall " + firewall);

            root.ok("systemctl", "start", AGENT, QUICKCONNECT);

            Eventually.within(
                    HEALED,
                    () ->
                            assertThat(operator.firewall(firewall).path("online").asBoolean())
                                    .isTrue());
        }
        for (String unit : List.of(AGENT, QUICKCONNECT)) {
            assertThat(state(unit)).isEqualTo("active");
            assertThat(root.ok("stat", "--format=%U", "/proc/" + process(unit))).isEqualTo(AGENT);
            assertThat(root.ok("sh", "-c", "tr '\\0' ' ' </proc/" + process(unit) + "/cmdline"))
                    .contains("-XX:+UseSerialGC ", ".aot")
                    .containsPattern("-Xmx(16|32)m ");
        }
    }

    @Test
    @Order(7)
    void who_is_killed_is_started_again() throws Exception {
        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            long before = process(unit);
            signal(unit, "KILL");
            awaitAnother(unit, before);
        }
    }

    @Test
    @Order(8)
    void who_stands_still_is_ended_by_the_watchdog_and_started_again() throws Exception {
        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            root.ok("mkdir", "-p", "/run/systemd/system/" + unit + ".service.d");
            root.ok(
                    "sh",
                    "-c",
                    "printf '[Service]\\nWatchdogSec=6s\\n' >/run/systemd/system/"
                            + unit
                            + ".service.d/soon.conf");
        }
        root.ok("systemctl", "daemon-reload");
        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            root.ok("systemctl", "restart", unit);
        }
        List<Long> before = new ArrayList<>();
        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            before.add(process(unit));
        }
        // While they work, nobody ends them: more than twice the time.
        Thread.sleep(Duration.ofSeconds(13));
        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            assertThat(before).as(unit).contains(process(unit));
        }

        for (String unit : List.of(BROKER, AGENT, QUICKCONNECT)) {
            signal(unit, "STOP");
        }

        awaitAnother(BROKER, before.get(0));
        awaitAnother(AGENT, before.get(1));
        awaitAnother(QUICKCONNECT, before.get(2));
        assertThat(root.ok("journalctl", "--no-pager", "--output=cat"))
                .contains("opnmanager-agent.service: Failed with result 'watchdog'")
                .contains("opnmanager-broker.service: Failed with result 'watchdog'")
                .contains("opnmanager-quickconnect-agent.service: Failed with result 'watchdog'");
    }

    @Test
    @Order(9)
    void the_timer_takes_the_place_of_the_service() throws Exception {
        root.ok("systemctl", "start", QUICKCONNECT + "-once.timer");

        Eventually.within(HEALED, () -> assertThat(state(QUICKCONNECT)).isEqualTo("inactive"));
        Eventually.within(
                HEALED,
                () ->
                        assertThat(root.property(QUICKCONNECT + "-once.service", "ExecMainStatus"))
                                .isEqualTo("0"));
        Eventually.within(
                HEALED,
                () ->
                        assertThat(
                                        root.property(
                                                QUICKCONNECT + "-once.service",
                                                "ExecMainExitTimestampMonotonic"))
                                .isNotEqualTo("0"));
        root.ok("systemctl", "start", QUICKCONNECT);
        Eventually.within(
                HEALED,
                () -> assertThat(state(QUICKCONNECT + "-once.timer")).isEqualTo("inactive"));
    }

    @Test
    @Order(10)
    void an_upgrade_keeps_what_the_owner_wrote_and_restarts_what_ran() throws Exception {
        Path written = root.path("/etc/opnmanager-tunnel/agent.yaml");
        String mine = Files.readString(written) + "# mine\n";
        Files.writeString(written, mine);
        String broker = Files.readString(root.path("/etc/opnmanager-tunnel/broker.yaml"));
        long agent = process(AGENT);
        long quickconnect = process(QUICKCONNECT);
        Files.writeString(root.path("/etc/opnmanager-tunnel/without-aot-caches"), "");

        String said = install(newer());

        assertThat(said).doesNotContain("not started yet");
        assertThat(Files.readString(written)).isEqualTo(mine);
        assertThat(root.path("/etc/opnmanager-tunnel/agent.yaml.dpkg-dist")).exists();
        assertThat(Files.readString(root.path("/etc/opnmanager-tunnel/broker.yaml")))
                .isEqualTo(broker);
        awaitAnother(AGENT, agent);
        awaitAnother(QUICKCONNECT, quickconnect);
        assertThat(state(BROKER)).isEqualTo("active");
        assertThat(root.path("/var/cache/opnmanager-agent/agent.aot"))
                .as("made with the older program")
                .doesNotExist();
    }

    /** The same packages under a higher version, one of them with another default configuration. */
    private static List<Path> newer() throws Exception {
        List<Path> newer = new ArrayList<>();
        for (Path deb : PackagesTest.packages()) {
            String name = deb.getFileName().toString().replaceFirst("_.*", "");
            Path tree = TARGET.resolve("newer").resolve(name);
            Path made = TARGET.resolve("newer").resolve(name + "_99_amd64.deb");
            Script.Ended ended =
                    Script.run(
                            TARGET,
                            Map.of(),
                            Duration.ofMinutes(1),
                            List.of(
                                    "sh",
                                    "-euc",
                                    """
                                    rm -rf "$1"
                                    mkdir -p "$1"
                                    dpkg-deb --raw-extract "$2" "$1"
                                    old=$(sed -n 's/^Version: //p' "$1/DEBIAN/control")
                                    sed -i "s/^Version: .*/Version: 99/; s/(= $old)/(= 99)/g" "$1/DEBIAN/control"
                                    yaml=$1/etc/opnmanager-tunnel/agent.yaml
                                    [ ! -e "$yaml" ] || echo '# new' >>"$yaml"
                                    dpkg-deb --root-owner-group -Znone --build "$1" "$3" >/dev/null
                                    """,
                                    "newer",
                                    tree.toString(),
                                    deb.toString(),
                                    made.toString()));
            assertThat(ended.code()).as(ended.output()).isZero();
            newer.add(made);
        }
        return newer;
    }

    @Test
    @Order(11)
    void removed_they_are_stopped_and_what_belongs_to_the_owner_stays() throws Exception {
        root.ok(
                "apt-get",
                "remove",
                "--yes",
                "--quiet",
                BROKER,
                AGENT,
                QUICKCONNECT,
                "tunnelctl",
                "opnmanager-runtime");

        assertThat(
                        root.ok(
                                "sh",
                                "-c",
                                "cat /proc/[0-9]*/cmdline | grep -ac '[o]pnmanager-tunnel' || :"))
                .isEqualTo("0");
        assertThat(root.path("/etc/opnmanager-tunnel/agent.yaml")).exists();
        assertThat(root.path("/var/lib/opnmanager-agent/credential.json")).exists();
        assertThat(root.path("/etc/opnmanager-tunnel/credentials/quarkus.datasource.password"))
                .exists();
        assertThat(root.path("/usr/lib/opnmanager-tunnel")).doesNotExist();
    }

    @Test
    @Order(12)
    void purged_they_leave_nothing() throws Exception {
        root.ok("rm", "/etc/opnmanager-tunnel/without-aot-caches");
        root.ok("dpkg", "--purge", BROKER, AGENT, QUICKCONNECT);

        assertThat(
                        root.ok(
                                "sh",
                                "-c",
                                "find / -xdev \\( -path /proc -o -path /sys -o -path /run -o -path /packages"
                                        + " -o -path /var/log/journal -o -path /var/log/apt \\) -prune -o"
                                        + " \\( -iname '*opnmanager*' -o -iname '*tunnelctl*' \\) -print"))
                .isEmpty();
        assertThat(root.ok("sh", "-c", "getent passwd; getent group")).doesNotContain("opnmanager");
        assertThat(root.ok("systemctl", "--failed", "--no-legend")).isEmpty();
    }
}
