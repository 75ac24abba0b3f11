package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.Programs;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The switch of {@code ./test.sh --native}, and nothing about native executables: a script stands
 * where one would be, takes what one takes, and starts the jar.
 */
class ProgramsSwitchTest {

    private static final String LAUNCHER =
            """
            #!/bin/sh
            echo "started as an executable with: $*"
            flags=
            while [ $# -gt 0 ]; do
                case $1 in
                    -X* | -D*) flags="$flags $1"; shift ;;
                    *) break ;;
                esac
            done
            # The words of this test have no spaces.
            exec JAVA $flags -jar JAR "$@"
            """;

    @ParameterizedTest
    @CsvSource({
        "agent,agent",
        "quickconnect-agent,quickconnect-agent",
        "deploy/tunnelctl,tunnelctl"
    })
    void what_lies_where_an_executable_would_is_started_with_words_that_it_understands(
            String module, String name, @TempDir Path folder)
            throws IOException, InterruptedException {
        Path target = Files.createDirectories(folder.resolve(module).resolve("target"));
        Path runner =
                Files.createFile(
                        target.resolve(name + "-runner"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwxr-xr-x")));
        Path jar = ProjectRoot.path().resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        Files.writeString(
                runner,
                LAUNCHER.replace("JAVA", System.getProperty("java.home") + "/bin/java")
                        .replace("JAR", jar.toString()));

        List<String> command =
                Programs.NATIVE.command(
                        folder.resolve(module),
                        new Programs.Start(
                                List.of("-Xmx64m", "-XX:+UseSerialGC"),
                                Map.of("java.io.tmpdir", folder.toString()),
                                List.of("--version")));
        try (Program program = Program.start(name, folder.resolve("run"), command, Map.of())) {
            assertThat(program.awaitExit(Duration.ofSeconds(30))).isZero();
            assertThat(program.output())
                    .startsWith(
                            "started as an executable with: -Xmx64m -Djava.io.tmpdir=%s --version\n"
                                    .formatted(folder))
                    .contains(name + " ");
        }
    }
}
