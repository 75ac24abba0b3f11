package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The agent of one firewall as its own process, and the command that enrols it. */
public final class TunnelAgent implements AutoCloseable {

    private static final Duration ENROLLED_WITHIN = Duration.ofSeconds(60);
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    /** What an agent on a firewall is started with: it shall use little memory. */
    static final List<String> SMALL = List.of("-Xmx64m", "-XX:+UseSerialGC");

    /**
     * The same for what runs once or seldom: the second compiler would cost more than it brings.
     */
    static final List<String> BRIEF =
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path folder;
    private final Map<String, String> properties;
    private final List<String> prefix;
    private @Nullable Program program;

    private TunnelAgent(Path folder, Map<String, String> properties, List<String> prefix) {
        this.folder = folder;
        this.properties = properties;
        this.prefix = prefix;
    }

    /**
     * Prepares an agent that is not enrolled yet.
     *
     * @param webTarget the firewall's own page, seen from the agent
     * @param targets what it may dial, {@code host:port}
     */
    public static TunnelAgent prepare(Path folder, String webTarget, List<String> targets)
            throws IOException {
        return prepare(folder, webTarget, targets, List.of());
    }

    /**
     * The same somewhere else than this process.
     *
     * @param prefix of the commands of both agents, such as {@code ip netns exec NAME}
     */
    public static TunnelAgent prepare(
            Path folder, String webTarget, List<String> targets, List<String> prefix)
            throws IOException {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("agent.state-folder", folder.resolve("state").toString());
        properties.put("agent.targets", String.join(",", targets));
        properties.put("agent.web-target", webTarget);
        PrivateFile.folder(folder.resolve("state"));
        return new TunnelAgent(folder, properties, prefix);
    }

    /** An agent in another folder with the same identity, as after a restored backup. */
    public TunnelAgent twin(Path otherFolder) throws IOException {
        Path state = PrivateFile.folder(otherFolder.resolve("state"));
        try (var files = Files.list(stateFolder())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.getFileName().toString().endsWith(".lock")) {
                    Files.copy(
                            file,
                            state.resolve(file.getFileName()),
                            StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        Map<String, String> same = new LinkedHashMap<>(properties);
        same.put("agent.state-folder", state.toString());
        return new TunnelAgent(otherFolder, same, prefix);
    }

    /** Trades the token for this firewall's credential; the token is in a 0600 file only. */
    public void enrol(URI broker, Path authority, String token)
            throws IOException, InterruptedException {
        Path tokenFile = folder.resolve("enrolment-token");
        PrivateFile.write(tokenFile, token);
        try (Program enrolment =
                Program.ofModule(
                        "enrol",
                        folder,
                        "agent",
                        new Programs.Start(
                                prefix,
                                BRIEF,
                                properties,
                                List.of(
                                        "enroll",
                                        "--broker",
                                        broker.toString(),
                                        "--token-file",
                                        tokenFile.toString(),
                                        "--ca-file",
                                        authority.toString())),
                        Map.of())) {
            int code = enrolment.awaitExit(ENROLLED_WITHIN);
            if (code != 0) {
                throw new IllegalStateException(
                        "the agent's enrolment ended with " + code + ":\n" + enrolment.output());
            }
        } finally {
            Files.deleteIfExists(tokenFile);
        }
    }

    /** Starts it and waits until it listens for its trigger. */
    public void start() throws IOException, InterruptedException {
        launch().awaitReady(READY_WITHIN, () -> Files.exists(socket()));
    }

    /** Starts it without waiting. */
    public synchronized Program launch() throws IOException {
        // One that was killed leaves it behind; it would look like a ready one.
        Files.deleteIfExists(socket());
        program = run("agent");
        return program;
    }

    /**
     * Starts a second instance on the same state folder, which shall not run; the caller ends it.
     */
    public Program launchAgain() throws IOException {
        return run("second-agent");
    }

    private Program run(String name) throws IOException {
        return Program.ofModule(
                name,
                folder,
                "agent",
                new Programs.Start(prefix, SMALL, properties, List.of("run")),
                Map.of());
    }

    /** The process, for signals. */
    public synchronized Program program() {
        if (program == null) {
            throw new IllegalStateException("the agent was not started");
        }
        return program;
    }

    /** What its commands begin with. */
    List<String> prefix() {
        return prefix;
    }

    /** Where its identity is. */
    public Path stateFolder() {
        return Path.of(properties.getOrDefault("agent.state-folder", ""));
    }

    private Path socket() {
        return stateFolder().resolve("agent.sock");
    }

    @Override
    public synchronized void close() {
        if (program != null) {
            program.close();
        }
    }
}
