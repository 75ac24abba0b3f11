package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramsTest {

    private static final FileAttribute<Set<PosixFilePermission>> EVERYBODYS_PROGRAM =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));

    private static final Programs.Start START =
            new Programs.Start(
                    List.of("-Xmx64m", "-XX:+UseSerialGC"),
                    Map.of("agent.state-folder", "/state"),
                    List.of("run", "--verbose"));

    @Test
    void a_jar_is_started_with_the_flags_of_a_jvm(@TempDir Path module) throws IOException {
        Path jar = jar(module);

        assertThat(Programs.JAR.command(module, START))
                .containsExactly(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-Dagent.state-folder=/state",
                        "-jar",
                        jar.toString(),
                        "run",
                        "--verbose");
    }

    @Test
    void flags_for_every_jar_come_before_those_of_the_program(@TempDir Path module)
            throws IOException {
        Path jar = jar(module);
        System.setProperty("programs.flags", " -Xmx32m -XX:TieredStopAtLevel=1 ");
        try {
            assertThat(Programs.JAR.command(module, START))
                    .startsWith(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-Xmx32m",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx64m")
                    .endsWith("-jar", jar.toString(), "run", "--verbose");
        } finally {
            System.clearProperty("programs.flags");
        }
    }

    @Test
    void an_executable_is_started_with_its_heap_properties_and_arguments_only(@TempDir Path module)
            throws IOException {
        Path runner = runner(module, "agent-1.0-runner");

        assertThat(Programs.NATIVE.command(module, START))
                .containsExactly(
                        runner.toString(),
                        "-Xmx64m",
                        "-Dagent.state-folder=/state",
                        "run",
                        "--verbose");
    }

    @Test
    void an_installed_one_is_started_by_its_launcher_with_options_in_its_variable(
            @TempDir Path root) throws IOException {
        Files.createDirectories(root.resolve("usr/bin"));
        Path launcher =
                Files.createFile(root.resolve("usr/bin/opnmanager-agent"), EVERYBODYS_PROGRAM);
        System.setProperty("programs.root", root.toString());
        try {
            assertThat(Programs.INSTALLED.command(Path.of("agent"), START))
                    .containsExactly(
                            "env",
                            "OPNMANAGER_AGENT_JAVA_OPTIONS=-Xmx64m -Dagent.state-folder=/state",
                            launcher.toString(),
                            "run",
                            "--verbose");
            Programs.Start parted =
                    new Programs.Start(List.of(), Map.of("a", "two words"), List.of());
            assertThatThrownBy(() -> Programs.INSTALLED.command(Path.of("agent"), parted))
                    .isInstanceOf(IOException.class)
                    .hasMessage("a launcher would take this apart: -Da=two words");
            assertThatThrownBy(() -> Programs.INSTALLED.command(Path.of("broker"), START))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "there is no %s/usr/bin/opnmanager-broker; is its package unpacked?",
                            root);
        } finally {
            System.clearProperty("programs.root");
        }
    }

    @Test
    void what_is_not_built_is_named_with_the_command_that_builds_it(@TempDir Path module) {
        assertThatThrownBy(() -> Programs.JAR.command(module, START))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "there is no %s/target/quarkus-app/quarkus-run.jar; build it with ./mvnw -DskipTests package",
                        module);
        assertThatThrownBy(() -> Programs.NATIVE.command(module, START))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "wanted one executable %s/target/*-runner, found 0; build it with ./mvnw -DskipTests package -Dnative",
                        module);
    }

    @Test
    void of_two_executables_none_is_guessed(@TempDir Path module) throws IOException {
        runner(module, "agent-1.0-runner");
        runner(module, "agent-1.1-runner");

        assertThatThrownBy(() -> Programs.NATIVE.command(module, START))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("found 2");
    }

    private static Path jar(Path module) throws IOException {
        Path jar = module.resolve("target/quarkus-app/quarkus-run.jar");
        Files.createDirectories(jar.getParent());
        return Files.writeString(jar, "");
    }

    private static Path runner(Path module, String name) throws IOException {
        Files.createDirectories(module.resolve("target"));
        return Files.createFile(module.resolve("target").resolve(name), EVERYBODYS_PROGRAM);
    }
}
