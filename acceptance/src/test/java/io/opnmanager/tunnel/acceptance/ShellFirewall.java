package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A firewall with the agent of {@code deploy/sh-agent}, run by one shell of several. */
final class ShellFirewall implements AutoCloseable {

    static final Path SCRIPT = Project.root().resolve("deploy/sh-agent/opnmanager-agent");

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final AtomicInteger RUNS = new AtomicInteger();

    private final List<String> shell;
    private final Path folder;
    private final long id;
    private final FirewallPage page;
    private @Nullable Program program;

    /** Nothing of it runs yet, and it is not enrolled. */
    ShellFirewall(String shell, Path folder, long id, FirewallPage page) throws IOException {
        this.shell = List.of(shell.split(" ", -1));
        this.folder = PrivateFile.folder(folder);
        this.id = id;
        this.page = page;
    }

    long id() {
        return id;
    }

    FirewallPage page() {
        return page;
    }

    Path state() {
        return folder.resolve("state");
    }

    /** One command of the script, to its end. */
    Script.Ended command(String... arguments) throws Exception {
        return commandAt(Map.of(), arguments);
    }

    /** The same with variables of the environment. */
    Script.Ended commandAt(Map<String, String> environment, String... arguments) throws Exception {
        return Script.run(folder, environment, LIMIT, line(arguments));
    }

    /** Enrols with the token in a private file, which is removed. */
    Script.Ended enrol(Broker broker, String token, String... options) throws Exception {
        Path file = folder.resolve("enrolment-token");
        PrivateFile.write(file, token);
        List<String> arguments = new ArrayList<>(List.of("enrol", "--broker", broker.uri() + ""));
        arguments.addAll(List.of("--token-file", file.toString(), "--web-target", page.target()));
        arguments.addAll(List.of("--target", "127.0.0.1:" + page.port()));
        arguments.addAll(List.of(options));
        try {
            return command(arguments.toArray(String[]::new));
        } finally {
            Files.delete(file);
        }
    }

    /** Trusts the broker's authority. */
    static String[] trusting(Broker broker, String... more) {
        List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("--ca-file", broker.certificates().authorityFile().toString()));
        return options.toArray(String[]::new);
    }

    Program start() throws IOException {
        program = Program.start("agent-" + RUNS.incrementAndGet(), folder, line("run"), Map.of());
        return program;
    }

    Program program() {
        if (program == null) {
            throw new IllegalStateException("the agent was not started");
        }
        return program;
    }

    /** SIGTERM: it ends with 0, in time, and leaves nothing. */
    void stop() throws Exception {
        program().askToEnd();
        assertThat(program().awaitExit(Duration.ofSeconds(30))).as(program().output()).isZero();
        assertNothingRuns();
        assertThat(state().resolve("lock")).doesNotExist();
        assertThat(state().resolve("run")).isEmptyDirectory();
    }

    /** No process names this firewall's folder: no shell, no ssh, no curl. */
    void assertNothingRuns() {
        Eventually.within(Eventually.GONE, () -> assertThat(commandLines()).isEmpty());
    }

    /** What {@code ps} shows everybody of whatever runs for this firewall. */
    List<String> commandLines() {
        return ProcessHandle.allProcesses()
                .flatMap(process -> process.info().commandLine().stream())
                .filter(line -> line.contains(state() + ""))
                .toList();
    }

    private List<String> line(String... arguments) {
        List<String> line = new ArrayList<>(shell);
        line.addAll(List.of(SCRIPT.toString(), "--state", state().toString()));
        line.addAll(List.of(arguments));
        return line;
    }

    @Override
    public void close() {
        if (program != null) {
            program.close();
        }
    }
}
