package io.opnmanager.tunnel.packages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;

/** What the package of a program holds. */
final class Programs {

    private static final String HOME = "usr/lib/opnmanager-tunnel/";
    private static final String UNITS = "usr/lib/systemd/system/";

    /** The root unit that updates an agent; never enabled by us. */
    private static final String UPDATE = "opnmanager-agent-update";

    private final Release release;

    Programs(Release release) {
        this.release = release;
    }

    Tree tree(Program program) throws IOException {
        Tree tree = new Tree();
        String name = program.packageName();
        switch (release.kind()) {
            case JARS -> jars(program, tree);
            case NATIVE -> tree.built("usr/bin/" + name, executable(program), Tree.PROGRAM);
        }
        for (List<String> units : List.of(program.enabled(), program.offered())) {
            for (String unit : units) {
                tree.text(UNITS + unit, unit(unit), Tree.PLAIN);
            }
        }
        if (!program.enabled().isEmpty()) {
            tree.text(
                    HOME + program.component() + "/backoff.conf", unit("backoff.conf"), Tree.PLAIN);
        }
        manual(program, tree);
        String list = program.component() + ".cdx.json";
        tree.built(
                "usr/share/doc/" + name + "/" + list,
                release.root().resolve(program.module()).resolve("target").resolve(list),
                Tree.PLAIN);
        if (program == Program.TUNNELCTL) {
            completion(tree);
        } else {
            tree.text(
                    "etc/opnmanager-tunnel/" + program.component() + ".yaml",
                    Release.read(release.folder(name).resolve(program.component() + ".yaml")),
                    Tree.PLAIN);
        }
        if (program == Program.BROKER) {
            // Its owner puts secrets here; the unit hands them to the broker and to nobody else.
            tree.folder("etc/opnmanager-tunnel/credentials", 0700);
        }
        if (program == Program.AGENT) {
            Path update = release.root().resolve("deploy/release").resolve(UPDATE);
            tree.built(HOME + UPDATE, update, Tree.PROGRAM);
            for (String unit : List.of(UPDATE + ".path", UPDATE + ".service")) {
                tree.text(UNITS + unit, unit(unit), Tree.PLAIN);
            }
        }
        return tree;
    }

    private void jars(Program program, Tree tree) throws IOException {
        Path built = release.root().resolve(program.module()).resolve("target/quarkus-app");
        String home = HOME + program.component() + "/";
        for (String folder : List.of("app", "lib/boot", "lib/main", "quarkus")) {
            tree.copy(home + folder, built.resolve(folder));
        }
        tree.bytes(
                home + "start.jar", StartJar.of(built, program.main(), release.time()), Tree.PLAIN);
        tree.text("usr/bin/" + program.packageName(), filled("launcher.sh", program), Tree.PROGRAM);
        tree.text(home + "make-cache", filled("make-cache.sh", program), Tree.PROGRAM);
    }

    /** The launcher keeps to what is written there for all programs. */
    private String filled(String template, Program program) throws IOException {
        return Release.read(release.root().resolve("deploy/packages").resolve(template))
                .replace("@program@", program.packageName())
                .replace("@component@", program.component())
                .replace("@options@", program.options())
                .replace(
                        "@variable@",
                        program.packageName().toUpperCase(java.util.Locale.ROOT).replace('-', '_')
                                + "_JAVA_OPTIONS");
    }

    /** Native executables stand beside {@code quarkus-app} and end with {@code -runner}. */
    private Path executable(Program program) throws IOException {
        Path target = release.root().resolve(program.module()).resolve("target");
        List<Path> found;
        try (Stream<Path> files = Files.isDirectory(target) ? Files.list(target) : Stream.empty()) {
            found =
                    files.filter(file -> file.getFileName().toString().endsWith("-runner"))
                            .sorted()
                            .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (found.size() != 1) {
            throw new IOException(
                    "wanted one native executable *-runner in %s, found %d"
                            .formatted(target, found.size()));
        }
        return found.getFirst();
    }

    /** Units stand in deploy/systemd; a native program needs no memory that is both. */
    private String unit(String name) throws IOException {
        String unit = Release.read(release.root().resolve("deploy/systemd").resolve(name));
        return release.kind() == Release.Kind.JARS
                ? unit
                : unit.replace("# native: MemoryDenyWriteExecute=", "MemoryDenyWriteExecute=");
    }

    private void manual(Program program, Tree tree) throws IOException {
        String name = program.packageName();
        String more = Release.read(release.folder(name).resolve("manual.more"));
        String page =
                switch (program) {
                    case BROKER ->
                            ".TH OPNMANAGER-BROKER 1 \"%s\" \"OPNManager Tunnel %s\" \"OPNManager Tunnel\"%n%s"
                                    .formatted(release.day(), release.version(), more);
                    case AGENT, QUICKCONNECT_AGENT, TUNNELCTL ->
                            ManualPage.of(
                                    name, command(program), release.version(), release.day(), more);
                };
        tree.bytes("usr/share/man/man1/" + name + ".1.gz", release.gzip(page), Tree.PLAIN);
    }

    private static Class<?> command(Program program) {
        String name =
                switch (program) {
                    case AGENT -> "io.opnmanager.tunnel.agent.AgentCommand";
                    case QUICKCONNECT_AGENT ->
                            "io.opnmanager.tunnel.quickconnect.QuickconnectCommand";
                    case TUNNELCTL -> "io.opnmanager.tunnel.tunnelctl.command.TunnelctlCommand";
                    case BROKER -> throw new IllegalArgumentException("the broker has no commands");
                };
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("renamed? " + name, e);
        }
    }

    private void completion(Tree tree) throws IOException {
        String script =
                AutoComplete.bash(
                                "tunnelctl",
                                new CommandLine(command(Program.TUNNELCTL), new Bare()))
                        // It is read by a shell, not started.
                        .replaceFirst("^#!.*\\n", "");
        tree.text("usr/share/bash-completion/completions/tunnelctl", script, Tree.PLAIN);
        tree.text(
                "usr/share/zsh/vendor-completions/_tunnelctl",
                Release.read(release.folder("tunnelctl").resolve("zsh-completion")),
                Tree.PLAIN);
    }
}
