package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rc.d scripts as far as they go without a FreeBSD: their own functions, with a stand-in for
 * {@code rc.subr} that knows start and enroll and prints what would be run. FreeBSD's own rc.subr,
 * daemon(8), chroot(8) and newsyslog are not tried by this.
 */
class FreeBsdScriptsTest {

    private static final Path SCRIPTS = ProjectRoot.path().resolve("deploy/freebsd");

    private static final String STAND_IN =
            """
            load_rc_config() { :; }
            warn() { echo "warn: $*"; }
            run_rc_command() {
                case $1 in
                    start)
                        [ -r "$required_files" ] || { echo "no $required_files"; exit 1; }
                        "$start_precmd" || exit 1
                        echo "$command $command_args"
                        ;;
                    enroll) shift; "$enroll_cmd" "$@" ;;
                esac
            }
            """;

    @TempDir Path folder;

    private Path state;

    @BeforeEach
    void lay_out_a_box() throws Exception {
        Files.writeString(folder.resolve("rc.subr"), STAND_IN);
        program("java", "");
        program("chroot", "printf '<%s>' \"$@\"\n");
        Files.writeString(folder.resolve("quarkus-run.jar"), "");
        state = folder.resolve("state");
    }

    private void program(String name, String body) throws Exception {
        Script.put(folder.resolve(name), "#!/bin/sh\n" + body);
    }

    private Script.Ended run(String script, String... words)
            throws IOException, InterruptedException {
        String text =
                Files.readString(SCRIPTS.resolve(script))
                        .replace("/etc/rc.subr", folder.resolve("rc.subr").toString())
                        .replace("/usr/sbin/chroot", folder.resolve("chroot").toString());
        Path copy = Files.writeString(folder.resolve(script), text);
        Map<String, String> variables = new HashMap<>();
        variables.put(script + "_runas", System.getProperty("user.name"));
        variables.put(script + "_java", folder.resolve("java").toString());
        variables.put(script + "_folder", folder.toString());
        variables.put(script + "_state", state.toString());
        variables.put(script + "_config", folder.resolve("none.yaml").toString());
        variables.put(script + "_log", folder.resolve("log").toString());
        List<String> command = new ArrayList<>(List.of("dash", copy.toString()));
        command.addAll(List.of(words));
        return Script.run(folder, variables, Duration.ofSeconds(20), command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"opnmanager_agent", "opnmanager_quickconnect_agent"})
    void one_that_is_not_enrolled_is_not_started_for_ever(String script)
            throws IOException, InterruptedException {
        Script.Ended ended = run(script, "start");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output())
                .isEqualTo(
                        "warn: this firewall is not enrolled; see: service opnmanager_agent enroll --help\n");
    }

    @Test
    void an_enrolled_agent_is_started_by_the_supervisor_as_its_user_with_a_small_heap()
            throws IOException, InterruptedException {
        Files.createDirectories(state);
        Files.writeString(state.resolve("credential.json"), "{}");

        Script.Ended ended = run("opnmanager_agent", "start");

        assertThat(ended.code()).as(ended.output()).isZero();
        assertThat(ended.output())
                .isEqualTo(
                        "/usr/sbin/daemon -P /var/run/opnmanager_agent.pid -R 10 -H -o %1$s/log -u %2$s -t opnmanager_agent %1$s/java -Xmx64m -XX:+UseSerialGC -XX:-UsePerfData -Djava.io.tmpdir=%1$s/state/tmp -Dagent.state-folder=%1$s/state -jar %1$s/quarkus-run.jar run\n"
                                .formatted(folder, System.getProperty("user.name")));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("log"))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void the_words_of_an_enrolment_reach_the_agent_as_they_are()
            throws IOException, InterruptedException {
        Script.Ended ended =
                run("opnmanager_agent", "enroll", "--broker", "https://broker.test", "a b;$HOME");

        assertThat(ended.code()).isZero();
        assertThat(ended.output())
                .startsWith("<-u><%s>".formatted(System.getProperty("user.name")))
                .contains("</><%s/java><-Xmx64m>".formatted(folder))
                .endsWith("<enroll><--broker><https://broker.test><a b;$HOME>");
    }

    @Test
    void without_java_it_says_what_to_install() throws IOException, InterruptedException {
        Files.delete(folder.resolve("java"));

        assertThat(run("opnmanager_agent", "start").output())
                .isEqualTo(
                        "warn: there is no %s/java; install it with: pkg install openjdk25-jre-headless\n"
                                .formatted(folder));
    }

    @Test
    void shellcheck_finds_nothing() throws IOException, InterruptedException {
        Script.Ended ended =
                Script.run(
                        folder,
                        Map.of(),
                        Duration.ofSeconds(60),
                        List.of(
                                "shellcheck",
                                "-s",
                                "sh",
                                SCRIPTS.resolve("opnmanager_agent").toString(),
                                SCRIPTS.resolve("opnmanager_quickconnect_agent").toString()));

        assertThat(ended).isEqualTo(new Script.Ended(0, ""));
    }

    @Test
    void the_rotation_names_the_logs_and_the_supervisors_of_the_scripts() throws IOException {
        String rotation = Files.readString(SCRIPTS.resolve("newsyslog.conf"));
        for (String script : List.of("opnmanager_agent", "opnmanager_quickconnect_agent")) {
            String log = "/var/log/" + script.replace('_', '-') + ".log";
            assertThat(Files.readString(SCRIPTS.resolve(script)))
                    .contains(log, "pidfile=\"/var/run/${name}.pid\"");
            assertThat(rotation.lines())
                    .anyMatch(line ->
                            line.startsWith(log) && line.contains(" /var/run/" + script + ".pid "));
        }
    }
}
