package io.opnmanager.tunnel.acceptance.shipped;

import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A copy of the sources in another folder, built as if on another machine. Without tests, and from
 * libraries that the first build has fetched.
 */
final class SecondBuild {

    /** A minute each, if nothing else runs. */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    /**
     * What a JVM keeps only softly is gone at each collection, as between two far steps of a build
     * on a slow machine; the script must not let it.
     */
    private static final String FORGETFUL = " -XX:SoftRefLRUPolicyMSPerMB=0";

    private static final Set<String> NOT_SOURCES =
            Set.of("target", ".git", ".demo", "node_modules", ".idea", ".vscode");

    private static final List<String> PROGRAMS =
            List.of(
                    "-o",
                    "-q",
                    "-B",
                    "-Dmaven.test.skip=true",
                    "-Dspotless.check.skip=true",
                    "-pl",
                    "api-contract,deploy,deploy/demo,deploy/tunnelctl,broker,agent,quickconnect-agent");

    /** Where and how a copy is built; nothing of it may be seen in what is built. */
    enum Machine {
        /** Every core. */
        LARGE("rwxr-xr-x", "022", "UTC", "C.UTF-8", "-XX:TieredStopAtLevel=1 -Xmx1500m"),
        /**
         * One core, and a language where a small I has no dot. Zone and language go for Maven only
         * if .mvn/jvm.config did not say others, and that is what is tried: Quarkus keeps the
         * builder's in what it generates.
         */
        SMALL(
                "rwx------",
                "077",
                "Pacific/Auckland",
                "tr_TR.UTF-8",
                "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx1200m");

        private final String modes;
        private final String mask;
        private final String zone;
        private final String language;
        private final String jvm;

        Machine(String modes, String mask, String zone, String language, String jvm) {
            this.modes = modes;
            this.mask = mask;
            this.zone = zone;
            this.language = language;
            this.jvm = jvm;
        }

        Set<PosixFilePermission> modes(boolean program) {
            return PosixFilePermissions.fromString(program ? modes : modes.replace('x', '-'));
        }

        /** For sh, before the command itself. */
        String prefix() {
            String core =
                    "sed -n 's/^Cpus_allowed_list:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/self/status";
            return "umask "
                    + mask
                    + "; exec "
                    + (this == SMALL ? "taskset -c \"$(" + core + ")\" " : "");
        }
    }

    private final Machine machine;
    private final Path root;

    private SecondBuild(Machine machine, Path root) {
        this.machine = machine;
        this.root = root;
    }

    /** Copies the sources; a copy that is there goes away first. */
    static SecondBuild copy(Machine machine) throws IOException {
        Path root =
                ProjectRoot.path()
                        .resolve("acceptance/target/second-build")
                        .resolve(machine.name().toLowerCase(Locale.ROOT))
                        .resolve("sources");
        if (Files.exists(root)) {
            try (Stream<Path> old = Files.walk(root)) {
                for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        Path from = ProjectRoot.path();
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes is)
                            throws IOException {
                        if (!folder.equals(from)
                                && NOT_SOURCES.contains(folder.getFileName() + "")) {
                            return FileVisitResult.SKIP_SUBTREE;
                        }
                        Path copy = Files.createDirectories(root.resolve(from.relativize(folder)));
                        Files.setPosixFilePermissions(copy, machine.modes(true));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes is)
                            throws IOException {
                        Path copy = root.resolve(from.relativize(file));
                        Files.copy(file, copy);
                        boolean program =
                                Files.getPosixFilePermissions(file)
                                        .contains(PosixFilePermission.OWNER_EXECUTE);
                        Files.setPosixFilePermissions(copy, machine.modes(program));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return new SecondBuild(machine, root);
    }

    Path root() {
        return root;
    }

    /** The programs, as they are released. */
    void release() throws IOException, InterruptedException {
        run(
                "deploy/release/build.sh",
                ",deploy/build-order,deploy/packages",
                List.of(),
                machine == Machine.SMALL ? FORGETFUL : "");
    }

    /** The programs, with these words more for Maven. */
    void run(String... more) throws IOException, InterruptedException {
        run("./mvnw", "", Stream.concat(Stream.of("package"), Stream.of(more)).toList(), "");
    }

    private void run(String program, String modules, List<String> more, String jvm)
            throws IOException, InterruptedException {
        Path log = root.resolveSibling("build.log");
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", machine.prefix() + program + " \"$@\"", "sh"));
        command.addAll(PROGRAMS);
        command.add(command.removeLast() + modules);
        command.addAll(more);
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(root.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("TZ", machine.zone);
        builder.environment().put("LC_ALL", machine.language);
        builder.environment().put("MAVEN_OPTS", machine.jvm + jvm);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError("the second build failed:\n" + Files.readString(log));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
