package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
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
 * The agent of sh replaces itself, or goes on as it was.
 *
 * <p>Long because every moment at which it can be cut off is one test of the same box.
 */
class ShellAgentUpdateTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String OLD = "sh-0.1.0";
    private static final String NEW = "sh-9.0.0";

    @TempDir Path folder;

    private Path root;
    private Path installed;
    private ReleasingBroker broker;
    private SigningKey key;
    private String shebang = "/bin/sh";
    private final List<Program> started = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(folder.resolve("root"));
        installed = root.resolve("usr/local/sbin/opnmanager-agent");
        broker = ReleasingBroker.start(folder);
        key = SigningKey.make(folder.resolve("key"));
    }

    @AfterEach
    void end() {
        started.forEach(Program::close);
        broker.close();
    }

    private Path state() {
        return folder.resolve("state");
    }

    private Script.Ended agent(String... arguments) throws Exception {
        List<String> line = new ArrayList<>();
        line.add((Files.exists(installed) ? installed : source("0.1.0", "", "first")) + "");
        line.addAll(List.of("--state", state() + ""));
        line.addAll(List.of(arguments));
        return Script.run(folder, environment(), LIMIT, line);
    }

    private Map<String, String> environment() {
        return new HashMap<>(Map.of("OPNMANAGER_ROOT", root + "", "OPNMANAGER_UPDATE_LIMIT", "4"));
    }

    /** The script as of another version, its {@code run} beginning with this. */
    private Path source(String version, String run, String name) throws Exception {
        String text = Project.read(ShellFirewall.SCRIPT);
        String other =
                text.replaceFirst("^#!/bin/sh", "#!" + shebang)
                        .replaceFirst("(?m)^VERSION=.*$", "VERSION=" + version)
                        .replaceFirst(
                                "(?m)^run\\(\\) \\{$", Matcher.quoteReplacement("run() {\n" + run));
        Path file = folder.resolve(name).resolve("opnmanager-agent");
        Script.put(file, other);
        return file;
    }

    private void release(String version, String run) throws Exception {
        broker.release =
                key.release(
                        version,
                        folder.resolve("release-" + version),
                        source(version, run, "source-" + version));
    }

    private void installed() throws Exception {
        Path token = folder.resolve("token");
        Files.writeString(token, ReleasingBroker.TOKEN + "\n");
        done(
                agent(
                        "enrol",
                        "--broker",
                        broker.url(),
                        "--ca-file",
                        broker.authority() + "",
                        "--token-file",
                        token + ""));
        done(agent("install", "--start", "none"));
    }

    private void allowed() throws Exception {
        installed();
        done(agent("updates", "key", key.publicPart() + ""));
        done(agent("updates", "on"));
    }

    private static void done(Script.Ended ended) {
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    private Program run() throws Exception {
        int before = broker.checkins.size();
        Program program =
                Program.start(
                        "agent-" + started.size(),
                        folder,
                        List.of(installed + "", "--state", state() + "", "run"),
                        environment());
        started.add(program);
        Eventually.within(LIMIT, () -> assertThat(broker.checkins).hasSizeGreaterThan(before));
        return program;
    }

    private void stop(Program program) throws Exception {
        program.askToEnd();
        assertThat(program.awaitExit(LIMIT)).as(program.output()).isZero();
        nothingRuns();
    }

    private void nothingRuns() {
        Eventually.within(
                Eventually.SOON,
                () -> assertThat(processes("")).as("processes of " + folder).isEmpty());
    }

    /** Processes of this test's folder whose command line holds this word. */
    private List<ProcessHandle> processes(String word) {
        return ProcessHandle.allProcesses()
                .filter(process -> commandLine(process).contains(state() + ""))
                .filter(process -> commandLine(process).contains(word))
                .toList();
    }

    private static String commandLine(ProcessHandle process) {
        return Optional.ofNullable(process).flatMap(known -> known.info().commandLine()).orElse("");
    }

    private JsonNode reported(String state, String version) {
        Eventually.within(
                LIMIT,
                () -> {
                    assertThat(broker.lastReport().path("state").asText())
                            .as(broker.lastReport() + "")
                            .isEqualTo(state);
                    assertThat(broker.lastReport().path("version").asText()).isEqualTo(version);
                });
        return broker.lastReport();
    }

    private void oldStays() {
        assertThat(installed).content().contains("VERSION=0.1.0");
        assertThat(installed.resolveSibling("opnmanager-agent.next")).doesNotExist();
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(strings = {"/bin/dash", "/bin/busybox ash", "/bin/bash --posix", "/bin/mksh"})
    void a_signed_newer_version_takes_over_when_it_has_reached_the_broker(String shell)
            throws Exception {
        shebang = shell;
        release("9.0.0", "");
        allowed();
        Program program = run();
        assertThat(broker.lastReport() + "").isEqualTo("{\"enabled\":true,\"state\":\"none\"}");

        broker.offer = "9.0.0";

        reported("confirmed", "9.0.0");
        assertThat(broker.checkinsOf(NEW).getFirst().path("update").path("state").asText())
                .as("its first check-in is on trial")
                .isEqualTo("trying");
        assertThat(installed).content().contains("VERSION=9.0.0");
        assertThat(installed.resolveSibling("opnmanager-agent.previous"))
                .content()
                .contains("VERSION=0.1.0");
        assertThat(installed.resolveSibling("opnmanager-agent.next")).doesNotExist();
        assertThat(program.isAlive()).as("the same process goes on").isTrue();
        assertThat(agent("status").output())
                .contains("version " + NEW, "running, process " + program.pid());
        stop(program);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(
            strings = {
                "exit 1",
                "exit 0",
                "sleep 1000",
                "trap '' TERM; while :; do :; done",
                "echo \"$VERSION\" >\"$state/update/reached.not\"; kill -9 $$"
            })
    void a_new_version_that_does_not_reach_the_broker_goes_and_the_old_one_stays(String body)
            throws Exception {
        release("9.0.0", body);
        allowed();
        Program program = run();

        broker.offer = "9.0.0";

        JsonNode report = reported("went_back", "9.0.0");
        assertThat(report.path("detail").asText()).startsWith("no check-in within ");
        oldStays();
        assertThat(processes("--trial")).isEmpty();
        int fetched = broker.fetched.size();
        int checkins = broker.checkins.size();
        Eventually.within(
                LIMIT, () -> assertThat(broker.checkins).hasSizeGreaterThan(checkins + 1));
        assertThat(broker.fetched).as("it is not tried again").hasSize(fetched);

        release("9.0.1", "");
        broker.offer = "9.0.1";

        reported("confirmed", "9.0.1");
        assertThat(installed).content().contains("VERSION=9.0.1");
        stop(program);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource(
            delimiter = '|',
            value = {
                "changed list|the signature of release.txt is not of the release key",
                "another key|the signature of release.txt is not of the release key",
                "changed file|opnmanager-agent: wanted SHA-256",
                "longer file|opnmanager-agent",
                "older|not newer than 0.1.0",
                "same|not newer than 0.1.0",
                "no shell|the sh of this box does not read it",
                "another version|wanted opnmanager-agent sh-9.0.0, found opnmanager-agent sh-8.0.0",
                "another program|wanted opnmanager-agent sh-9.0.0, found hello"
            })
    void what_is_not_as_signed_or_not_newer_is_refused_and_never_run(String what, String words)
            throws Exception {
        String version =
                switch (what) {
                    case "older" -> "0.0.9";
                    case "same" -> "0.1.0";
                    default -> "9.0.0";
                };
        Path owned = folder.resolve("owned");
        release(version, "touch " + owned);
        Path list = broker.release.resolve("release.txt");
        Path script = broker.release.resolve("opnmanager-agent");
        String text = Files.readString(script);
        switch (what) {
            case "changed list" -> Files.writeString(list, Files.readString(list) + "\n");
            case "another key" -> {
                key = SigningKey.make(folder.resolve("other"));
                Path again = source(version, "touch " + owned, "again");
                broker.release = key.release(version, folder.resolve("other-release"), again);
                key = new SigningKey(folder.resolve("key"));
            }
            case "changed file" ->
                    Files.writeString(script, text.replace("MOST_TUNNELS=16", "MOST_TUNNELS=99"));
            case "longer file" -> Files.writeString(script, text + "touch " + owned + "\n");
            case "no shell" -> signed(version, "#!/bin/sh\nVERSION=9.0.0\nif (\n");
            case "another version" ->
                    signed(
                            version,
                            text.replaceFirst("(?m)^VERSION=.*$", "VERSION=9.0.0\nVERSION=8.0.0"));
            case "another program" ->
                    signed(
                            version,
                            "#!/bin/sh\nVERSION=9.0.0\n[ \"$1\" = --version ] && echo hello\n");
            default -> {}
        }
        allowed();
        Program program = run();

        broker.offer = version;

        if (what.equals("longer file")) {
            // The transfer is cut at the size in the list: nothing is there to be compared.
            Eventually.within(
                    LIMIT,
                    () -> assertThat(broker.lastReport().path("detail").asText()).contains(words));
        } else {
            assertThat(reported("refused", version).path("detail").asText()).contains(words);
        }
        oldStays();
        assertThat(owned).doesNotExist();
        int fetched = broker.fetched.size();
        int checkins = broker.checkins.size();
        Eventually.within(LIMIT, () -> assertThat(broker.checkins).hasSizeGreaterThan(checkins));
        assertThat(broker.fetched).hasSize(fetched);
        stop(program);
    }

    /** A release that was signed with something else under the name of the script. */
    private void signed(String version, String text) throws Exception {
        Path file = Files.createDirectories(folder.resolve("odd")).resolve("opnmanager-agent");
        Files.writeString(file, text);
        broker.release = key.release(version, folder.resolve("odd-release"), file);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void without_the_owners_word_nothing_is_fetched() throws Exception {
        release("9.0.0", "");
        installed();
        Script.Ended on = agent("updates", "on");
        assertThat(on.code()).isEqualTo(1);
        assertThat(on.output()).contains("wanted the key that releases are signed with");
        assertThat(agent("updates").output()).isEqualTo("off\n");
        Program program = run();
        assertThat(broker.lastReport() + "").isEqualTo("{\"enabled\":false,\"state\":\"none\"}");
        broker.offer = "9.0.0";
        Eventually.within(LIMIT, () -> assertThat(broker.checkins).hasSizeGreaterThan(2));
        assertThat(broker.fetched).isEmpty();
        stop(program);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void a_tunnel_that_is_held_is_not_cut_off() throws Exception {
        release("9.0.0", "");
        allowed();
        Program program = run();
        // What the agent makes for each tunnel, and counts.
        Path tunnel = state().resolve("run/" + program.pid() + "/tunnels/99");
        Files.createDirectory(tunnel);
        broker.offer = "9.0.0";
        int before = broker.checkins.size();
        Eventually.within(LIMIT, () -> assertThat(broker.checkins).hasSizeGreaterThan(before + 2));
        assertThat(broker.fetched).isEmpty();

        Files.delete(tunnel);

        reported("confirmed", "9.0.0");
        stop(program);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void killed_while_it_tries_it_finds_the_old_version_and_gives_up_after_three_times()
            throws Exception {
        release("9.0.0", "sleep 1000");
        allowed();
        broker.offer = "9.0.0";
        for (int i = 0; i < 3; i++) {
            Program program = run();
            Eventually.within(LIMIT, () -> assertThat(processes("--trial")).isNotEmpty());
            program.kill();
            Eventually.within(LIMIT, () -> assertThat(processes("--trial")).isEmpty());
            nothingRuns();
            assertThat(installed).content().contains("VERSION=0.1.0");
        }

        Program program = run();

        assertThat(reported("went_back", "9.0.0").path("detail").asText())
                .isEqualTo("its trial was cut off 3 times");
        oldStays();
        stop(program);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void after_a_boot_in_the_middle_of_the_swap_the_new_version_says_that_it_stays()
            throws Exception {
        release("9.0.0", "");
        allowed();
        // As a power cut leaves it: swapped, and nothing written about it.
        Files.writeString(state().resolve("update/trying"), "9.0.0 1\n");
        Files.writeString(state().resolve("update/outcome"), "trying 9.0.0 \n");
        Script.put(installed, Files.readString(broker.release.resolve("opnmanager-agent")));

        Program program = run();

        reported("confirmed", "9.0.0");
        assertThat(state().resolve("update/trying")).doesNotExist();
        stop(program);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void asked_to_end_while_it_tries_it_ends_both() throws Exception {
        release("9.0.0", "sleep 1000");
        allowed();
        Program program = run();
        broker.offer = "9.0.0";
        Eventually.within(LIMIT, () -> assertThat(processes("--trial")).isNotEmpty());

        stop(program);

        oldStays();
        assertThat(state().resolve("update/trying")).doesNotExist();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void a_broker_that_is_away_is_not_held_against_the_new_version() throws Exception {
        release("9.0.0", "touch \"$state/on-trial\"; sleep 1000");
        allowed();
        Program program = run();
        broker.offer = "9.0.0";
        Eventually.within(LIMIT, () -> assertThat(state().resolve("on-trial")).exists());
        broker.away = true;
        Eventually.within(LIMIT, () -> assertThat(processes("--trial")).isEmpty());
        Eventually.within(
                LIMIT,
                () ->
                        assertThat(program.output())
                                .contains("cannot be reached by the old version either"));
        broker.away = false;

        assertThat(reported("trying", "9.0.0").path("enabled").asBoolean()).isTrue();
        oldStays();
        stop(program);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void upgraded_by_hand_what_ran_is_started_again() throws Exception {
        installed();
        done(agent("run", "--detach"));
        Eventually.within(LIMIT, () -> assertThat(broker.checkinsOf(OLD)).isNotEmpty());
        Path next = source("9.0.0", "", "next");

        done(agent("upgrade", next + ""));

        Eventually.within(LIMIT, () -> assertThat(broker.checkinsOf(NEW)).isNotEmpty());
        assertThat(installed).hasSameBinaryContentAs(next);
        done(agent("remove"));
        nothingRuns();
        assertThat(installed).doesNotExist();
        assertThat(state()).doesNotExist();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void upgraded_by_hand_to_one_that_does_not_start_the_old_one_runs_again() throws Exception {
        installed();
        done(agent("run", "--detach"));
        Eventually.within(LIMIT, () -> assertThat(broker.checkinsOf(OLD)).isNotEmpty());

        Script.Ended ended = agent("upgrade", source("9.0.0", "exit 1", "next") + "");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("the new agent did not start: the old one is back");
        assertThat(installed).content().contains("VERSION=0.1.0");
        int before = broker.checkins.size();
        Eventually.within(LIMIT, () -> assertThat(broker.checkins).hasSizeGreaterThan(before));
        assertThat(broker.checkinsOf(NEW)).isEmpty();
        done(agent("remove"));
        nothingRuns();
    }
}
