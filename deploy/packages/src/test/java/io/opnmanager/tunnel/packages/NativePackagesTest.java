package io.opnmanager.tunnel.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packages of native executables, with a shell script in the place of each: no compiler for them is
 * needed to say where they belong.
 */
class NativePackagesTest {

    private static final Instant TIME = Instant.parse("2026-11-01T00:00:00Z");
    private static final Path SOURCES = Path.of(System.getProperty("project.root", "../.."));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path root;

    @BeforeEach
    void sources() throws IOException {
        Files.createDirectories(root.resolve("deploy"));
        for (String folder : List.of("deploy/packages", "deploy/systemd", "deploy/release")) {
            Files.createSymbolicLink(
                    root.resolve(folder), SOURCES.toAbsolutePath().resolve(folder));
        }
        for (Program program : Program.values()) {
            Path target = Files.createDirectories(root.resolve(program.module()).resolve("target"));
            Files.writeString(
                    target.resolve(program.component() + "-1.2.3-runner"), "#!/bin/sh\necho\n");
            Files.writeString(target.resolve(program.component() + ".cdx.json"), "{}\n");
        }
    }

    private List<Path> made(String folder) throws IOException {
        return Packages.make(
                new Release(
                        root,
                        Files.createDirectories(root.resolve(folder)),
                        "1.2.3",
                        TIME,
                        Release.Kind.NATIVE));
    }

    /** Every path of an archive in a package, with its bytes. */
    private static Map<String, byte[]> files(Path deb, String archive) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (ArArchiveInputStream ar =
                new ArArchiveInputStream(new BufferedInputStream(Files.newInputStream(deb)))) {
            for (var member = ar.getNextEntry(); member != null; member = ar.getNextEntry()) {
                if (member.getName().equals(archive)) {
                    InputStream unzipped = new GZIPInputStream(ar);
                    TarArchiveInputStream tar = new TarArchiveInputStream(unzipped);
                    for (TarArchiveEntry entry = tar.getNextEntry();
                            entry != null;
                            entry = tar.getNextEntry()) {
                        assertThat(entry.getLongUserId()).isZero();
                        assertThat(entry.getLastModifiedDate().toInstant()).isEqualTo(TIME);
                        files.put(entry.getName(), tar.readAllBytes());
                    }
                    return files;
                }
            }
        }
        throw new AssertionError("no " + archive + " in " + deb);
    }

    @Test
    void the_executable_is_the_program_and_no_java_comes_along() throws IOException {
        List<Path> debs = made("out");

        assertThat(debs)
                .extracting(deb -> deb.getFileName().toString())
                .containsExactly(
                        "opnmanager-broker_1.2.3_amd64.deb",
                        "opnmanager-agent_1.2.3_amd64.deb",
                        "opnmanager-quickconnect-agent_1.2.3_amd64.deb",
                        "tunnelctl_1.2.3_amd64.deb");
        for (Path deb : debs) {
            String name = deb.getFileName().toString().replaceFirst("_.*", "");
            Map<String, byte[]> data = files(deb, "data.tar.gz");
            assertThat(data.get("./usr/bin/" + name)).asString().isEqualTo("#!/bin/sh\necho\n");
            assertThat(data.keySet())
                    .noneMatch(path -> path.endsWith(".jar"))
                    .anyMatch(
                            path -> path.matches("\\./usr/share/doc/" + name + "/.*\\.cdx\\.json"));
            Map<String, byte[]> control = files(deb, "control.tar.gz");
            assertThat(control.get("./control"))
                    .asString()
                    .contains("Package: " + name, "Depends: ")
                    .doesNotContain("opnmanager-runtime")
                    .doesNotContainPattern("@[a-z]+@");
            if (control.containsKey("./postinst")) {
                assertThat(control.get("./postinst")).asString().doesNotContain("make-cache");
            }
        }
    }

    @Test
    void units_of_executables_forbid_memory_that_is_written_and_executed() throws IOException {
        Path deb = made("out").getFirst();

        assertThat(
                        files(deb, "data.tar.gz")
                                .get("./usr/lib/systemd/system/opnmanager-broker.service"))
                .asString()
                .contains("\nMemoryDenyWriteExecute=yes\n");
    }

    @Test
    void the_same_input_gives_the_same_bytes() throws IOException {
        List<Path> once = made("once");
        List<Path> again = made("again");

        for (int i = 0; i < once.size(); i++) {
            assertThat(again.get(i)).hasSameBinaryContentAs(once.get(i));
        }
    }

    @Test
    void an_executable_that_was_not_built_is_missed_by_name() throws IOException {
        Files.delete(root.resolve("agent/target/agent-1.2.3-runner"));

        assertThatThrownBy(() -> made("out"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("wanted one native executable *-runner in ")
                .hasMessageEndingWith("agent/target, found 0");
    }
}
