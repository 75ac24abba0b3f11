package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Debian with a systemd of its own, in a folder: made from the machine's own package sources,
 * booted in namespaces with the machine's network. Needs root. What runs in it sees nothing of the
 * machine; closing it ends all of that.
 */
final class DebianRoot implements AutoCloseable {

    private static final Duration MADE_WITHIN = Duration.ofMinutes(4);
    private static final Duration BOOTED_WITHIN = Duration.ofSeconds(60);
    private static final Duration COMMAND = Duration.ofMinutes(4);

    private final Path folder;
    private final Process container;
    private final long leader;

    private DebianRoot(Path folder, Process container, long leader) {
        this.folder = folder;
        this.container = container;
        this.leader = leader;
    }

    static DebianRoot boot(Path target) throws IOException, InterruptedException {
        Path folder = target.resolve("root");
        remove(folder);
        Files.createDirectories(target);
        List<String> make =
                new ArrayList<>(
                        List.of(
                                "mmdebstrap",
                                "--quiet",
                                "--variant=minbase",
                                // The database server without its service, which would take a port
                                // of the
                                // machine.
                                "--include=systemd,systemd-sysv,dbus,adduser,mariadb-server-core,mariadb-client",
                                "--aptopt=Acquire::Languages \"none\"",
                                release(),
                                folder.toString()));
        sources().map(Path::toString).forEach(make::add);
        Script.Ended made = Script.run(target, Map.of(), MADE_WITHIN, make);
        assertThat(made.code()).as(made.output()).isZero();
        Files.writeString(folder.resolve("etc/hosts"), "127.0.0.1 localhost packages-test\n");
        Process container =
                new ProcessBuilder(
                                "systemd-nspawn",
                                "--quiet",
                                "--register=no",
                                "--keep-unit",
                                "--directory=" + folder,
                                "--machine=packages-test",
                                "--console=pipe",
                                "--boot")
                        .redirectErrorStream(true)
                        .redirectInput(new java.io.File("/dev/null"))
                        .redirectOutput(target.resolve("root.log").toFile())
                        .start();
        DebianRoot root = null;
        try {
            root = new DebianRoot(folder, container, leader(container));
            root.awaitBoot();
            return root;
        } finally {
            if (root == null) {
                container.destroy();
            }
        }
    }

    /** The machine's own, and only Debian's: what else it fetches from is none of our business. */
    private static Stream<Path> sources() throws IOException {
        Path list = Path.of("/etc/apt/sources.list");
        List<Path> found = new ArrayList<>();
        if (Files.exists(list) && Files.readString(list).contains("deb ")) {
            found.add(list);
        }
        Path debian = Path.of("/etc/apt/sources.list.d/debian.sources");
        if (Files.exists(debian)) {
            found.add(debian);
        }
        return found.stream();
    }

    private static String release() throws IOException {
        return Files.readAllLines(Path.of("/etc/os-release")).stream()
                .filter(line -> line.startsWith("VERSION_CODENAME="))
                .map(line -> line.substring(line.indexOf('=') + 1))
                .findFirst()
                .orElse("bookworm");
    }

    /** The systemd that is process 1 in there. */
    private static long leader(Process container) throws InterruptedException {
        long end = System.nanoTime() + BOOTED_WITHIN.toNanos();
        while (System.nanoTime() < end && container.isAlive()) {
            var child =
                    container
                            .children()
                            .filter(process ->
                                    process.info().command().orElse("").endsWith("/systemd"))
                            .findFirst();
            if (child.isPresent()) {
                return child.get().pid();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no systemd was started");
    }

    private void awaitBoot() throws IOException, InterruptedException {
        String state = "";
        long end = System.nanoTime() + BOOTED_WITHIN.toNanos();
        while (System.nanoTime() < end) {
            state = run("systemctl", "is-system-running").output().strip();
            if (state.equals("running") || state.equals("degraded")) {
                return;
            }
            Thread.sleep(100);
        }
        throw new AssertionError("wanted a booted root, found " + state);
    }

    /** Runs a command in there as root. */
    Script.Ended run(String... command) throws IOException, InterruptedException {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "nsenter",
                                "--target=" + leader,
                                "--mount",
                                "--uts",
                                "--ipc",
                                "--pid",
                                "--root",
                                "--wd",
                                "--",
                                "env",
                                "-i",
                                "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                "LC_ALL=C.UTF-8",
                                "DEBIAN_FRONTEND=noninteractive"));
        words.addAll(List.of(command));
        return Script.run(folder, Map.of(), COMMAND, words);
    }

    /** The same, for one that has to end well; answers what it said. */
    String ok(String... command) throws IOException, InterruptedException {
        Script.Ended ended = run(command);
        assertThat(ended.code())
                .as("%s: %s%s", String.join(" ", command), ended.output(), journal())
                .isZero();
        return ended.output().strip();
    }

    String property(String unit, String name) throws IOException, InterruptedException {
        return ok("systemctl", "show", "--property=" + name, "--value", unit);
    }

    String journal() throws IOException, InterruptedException {
        return "\n" + run("journalctl", "--no-pager", "--lines=60", "--output=cat").output();
    }

    /** A path in there, seen from here. */
    Path path(String absolute) {
        return folder.resolve(absolute.substring(1));
    }

    @Override
    public void close() throws IOException {
        // nspawn ends its systemd on this, and systemd everything else.
        container.destroy();
        try {
            if (!container.waitFor(30, TimeUnit.SECONDS)) {
                ProcessHandle.of(leader).ifPresent(ProcessHandle::destroyForcibly);
                container.destroyForcibly();
                var _ = container.waitFor(10, TimeUnit.SECONDS);
            }
            remove(folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void remove(Path folder) throws IOException, InterruptedException {
        if (Files.exists(folder)) {
            Script.Ended ended =
                    Script.run(
                            Path.of("/"),
                            Map.of(),
                            COMMAND,
                            List.of("rm", "-rf", "--one-file-system", folder.toString()));
            assertThat(ended.code()).as(ended.output()).isZero();
        }
    }
}
