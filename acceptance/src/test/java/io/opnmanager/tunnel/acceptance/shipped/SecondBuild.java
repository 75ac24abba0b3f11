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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A copy of the sources in another folder, built as if on another machine: other path, file modes,
 * mask, zone and language. Without tests, and from libraries that the first build has fetched.
 */
final class SecondBuild {

    private static final Duration LIMIT = Duration.ofMinutes(8);
    private static final Set<String> NOT_SOURCES =
            Set.of("target", ".git", ".demo", "node_modules", ".idea", ".vscode");

    private static final String MODULES =
            "api-contract,deploy,deploy/demo,deploy/tunnelctl,broker,agent,quickconnect-agent";

    private final Path root;

    private SecondBuild(Path root) {
        this.root = root;
    }

    /** Copies the sources; a copy that is there goes away first. */
    static SecondBuild copy() throws IOException {
        Path root = ProjectRoot.path().resolve("acceptance/target/second-build/sources");
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
                        Files.setPosixFilePermissions(
                                copy, PosixFilePermissions.fromString("rwx------"));
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
                        Files.setPosixFilePermissions(
                                copy,
                                PosixFilePermissions.fromString(
                                        program ? "rwx------" : "rw-------"));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return new SecondBuild(root);
    }

    Path root() {
        return root;
    }

    /** Packages, with these words more for Maven. */
    void run(String... more) throws IOException, InterruptedException {
        Path log = root.resolveSibling("build.log");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-c",
                                "umask 077; exec ./mvnw \"$@\"",
                                "sh",
                                "-o",
                                "-q",
                                "-B",
                                "-Dmaven.test.skip=true",
                                "-Dspotless.check.skip=true",
                                "-pl",
                                MODULES,
                                "package"));
        command.addAll(List.of(more));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(root.toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("TZ", "Pacific/Auckland");
        // Where a small I has no dot. It goes for Maven only if .mvn/jvm.config did not say another
        // language, and that is what is tried: Quarkus keeps the builder's in what it generates.
        builder.environment().put("LC_ALL", "tr_TR.UTF-8");
        builder.environment()
                .put("MAVEN_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx1200m");
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
