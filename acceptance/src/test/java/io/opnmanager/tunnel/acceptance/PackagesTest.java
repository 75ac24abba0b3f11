package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be said of packages and units without installing them. */
class PackagesTest {

    private static final Path UNITS = Project.root().resolve("deploy/systemd");
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Tenths, as systemd-analyze wants it: under 2.0. */
    private static final int EXPOSURE = 19;

    static Path folder() {
        return Project.root().resolve("deploy/packages/target");
    }

    static List<Path> packages() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.toString().endsWith(".deb")).sorted().toList();
        }
    }

    /** Every unit but the root unit that installs packages, which dpkg's rights are needed for. */
    static List<Path> services() throws IOException {
        try (Stream<Path> files = Files.list(UNITS)) {
            return files.filter(file -> file.toString().endsWith(".service"))
                    .filter(file -> !file.getFileName().toString().contains("-update"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void every_program_and_the_runtime_has_a_package() throws IOException {
        assertThat(packages())
                .extracting(file -> file.getFileName().toString().replaceFirst("_.*", ""))
                .containsExactly(
                        "opnmanager-agent",
                        "opnmanager-broker",
                        "opnmanager-quickconnect-agent",
                        "opnmanager-runtime",
                        "tunnelctl");
    }

    @ParameterizedTest
    @MethodSource("packages")
    void lintian_has_nothing_to_say(Path deb) throws Exception {
        Script.Ended ended =
                Script.run(
                        folder(),
                        Map.of(),
                        LIMIT,
                        List.of(
                                "lintian",
                                "--allow-root",
                                "--fail-on=error,warning",
                                deb.toString()));

        assertThat(ended.output()).isEmpty();
        assertThat(ended.code()).isZero();
    }

    @ParameterizedTest
    @MethodSource("services")
    void a_unit_is_exposed_less_than_two(Path unit) throws Exception {
        Script.Ended ended =
                Script.run(
                        UNITS,
                        Map.of("SYSTEMD_PAGER", "", "NO_COLOR", "1"),
                        LIMIT,
                        List.of(
                                "systemd-analyze",
                                "security",
                                "--no-pager",
                                "--offline=true",
                                "--threshold=" + EXPOSURE,
                                unit.toString()));

        assertThat(ended.output()).contains("Overall exposure level for " + unit.getFileName());
        assertThat(ended.code()).as(ended.output()).isZero();
    }
}
