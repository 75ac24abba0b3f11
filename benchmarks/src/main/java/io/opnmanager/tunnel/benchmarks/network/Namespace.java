package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A network namespace of this run, with its own loopback, ports and kernel settings. Closing kills
 * whatever runs in it.
 */
public final class Namespace implements AutoCloseable {

    private static final String PREFIX = "opnm-bench-";

    private final String name;
    private final AtomicBoolean removed = new AtomicBoolean();

    /** When the run is broken off. */
    private final Thread atExit = new Thread(this::removeQuietly, "remove-namespace");

    private Namespace(String name) {
        this.name = name;
    }

    /**
     * Makes one, and removes those of runs that were killed.
     *
     * @throws IOException when this user may not
     */
    public static Namespace make(String role) throws IOException {
        try {
            removeLeftovers();
            Namespace made = new Namespace(PREFIX + ProcessHandle.current().pid() + "-" + role);
            Tools.run("ip", "netns", "add", made.name);
            Runtime.getRuntime().addShutdownHook(made.atExit);
            Tools.run("ip", "-n", made.name, "link", "set", "lo", "up");
            return made;
        } catch (IOException e) {
            throw new IOException("network namespaces want root: " + e.getMessage(), e);
        }
    }

    /** One that another process has made. */
    public static Namespace named(String name) {
        return new Namespace(name);
    }

    private static void removeLeftovers() throws IOException {
        for (String line : Tools.run("ip", "netns", "list").lines().toList()) {
            String name = line.split(" ", 2)[0];
            if (name.startsWith(PREFIX)) {
                long maker = Long.parseLong(name.substring(PREFIX.length()).split("-", 2)[0]);
                if (ProcessHandle.of(maker).isEmpty()) {
                    new Namespace(name).remove();
                }
            }
        }
    }

    /** As {@code ip netns} knows it. */
    public String name() {
        return name;
    }

    /** What to put in front of a command that shall run in it. */
    public List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /**
     * Sets one of its own kernel settings.
     *
     * @param setting such as {@code net.ipv4.tcp_wmem}
     */
    public void set(String setting, String value) throws IOException {
        Path file = Path.of("/proc/sys", setting.split("\\.", -1));
        Tools.run(
                "ip",
                "netns",
                "exec",
                name,
                "sh",
                "-c",
                "echo \"$1\" > \"$2\"",
                "sh",
                value,
                file.toString());
    }

    private List<Long> processes() throws IOException {
        return Tools.run("ip", "netns", "pids", name).lines().map(Long::valueOf).toList();
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The hook runs already, and whoever comes first does it.
        }
        remove();
    }

    private void removeQuietly() {
        try {
            remove();
        } catch (IOException e) {
            System.err.println("benchmarks: a namespace is left: " + e.getMessage());
        }
    }

    private void remove() throws IOException {
        if (removed.getAndSet(true)) {
            return;
        }
        List<Long> left = processes();
        while (!left.isEmpty()) {
            left.stream()
                    .map(ProcessHandle::of)
                    .flatMap(Optional::stream)
                    .forEach(process -> {
                        process.destroyForcibly();
                        process.onExit().join();
                    });
            // One may have started another meanwhile.
            left = processes();
        }
        Tools.run("ip", "netns", "delete", name);
    }
}
