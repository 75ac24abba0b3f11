package io.opnmanager.tunnel.acceptance.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/**
 * Builds everything again, which takes minutes; nothing else here does. Twice at once took five
 * minutes on two cores with other work beside it, and time is not what is tried here.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecondBuildTest {

    /** What only a build for release makes the same each time; packages hold them. */
    private static final Pattern OF_QUARKUS =
            Pattern.compile(
                    "(?s)[^:]*(/quarkus/(generated-bytecode\\.jar|quarkus-application\\.dat)|\\.deb): .*");

    @Test
    @Order(1)
    void two_builds_for_release_are_equal_and_ship_what_an_ordinary_build_does() throws Exception {
        SecondBuild one = SecondBuild.copy(SecondBuild.Machine.LARGE);
        SecondBuild other = SecondBuild.copy(SecondBuild.Machine.SMALL);
        try (var builds = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = builds.submit(() -> released(one));
            var second = builds.submit(() -> released(other));
            List<String> listed = first.get();
            List<String> listedThere = second.get();
            // The most telling first.
            assertThat(Differences.between(one.root(), other.root())).isEmpty();
            assertThat(Differences.between(listed, listedThere)).isEmpty();
            assertThat(listed).hasSizeGreaterThan(100);
        }

        assertThat(Differences.between(ProjectRoot.path(), one.root()))
                .as("in comparison with an ordinary build")
                .filteredOn(OF_QUARKUS.asMatchPredicate().negate())
                .isEmpty();
        assertThat(Archives.in(one.root()))
                .filteredOn(name -> name.endsWith(".deb"))
                .hasSize(Shipped.values().length + 1);
        for (String name : Archives.in(one.root())) {
            // Packages are compressed; what is in them is here, too.
            if (name.endsWith(".deb")) {
                continue;
            }
            assertThat(Files.readString(one.root().resolve(name), StandardCharsets.ISO_8859_1))
                    .as(name)
                    .doesNotContain("build-order", "tunnel/order/", "tunnel.order.");
        }
    }

    /** What the script lists, which is how two people compare: a file and its checksum a line. */
    private static List<String> released(SecondBuild build) throws Exception {
        build.release();
        return Files.readAllLines(build.root().resolve("target/archives.sha256"));
    }

    /**
     * As far as it goes without a native compiler: Quarkus prepares its input and its arguments.
     * The jar that the compiler would get holds what it must be told.
     */
    @Test
    @Order(2)
    void the_input_of_the_native_compiler_has_what_the_programs_need()
            throws IOException, InterruptedException {
        SecondBuild copy = SecondBuild.copy(SecondBuild.Machine.SMALL);
        copy.run(
                "-Dnative",
                "-Dquarkus.native.sources-only=true",
                "-Dshipped.folder=native-sources");

        for (Shipped program : Shipped.values()) {
            Path input = copy.root().resolve(program.module()).resolve("target/native-sources");
            String arguments = Files.readString(input.resolve("native-image.args"));
            assertThat(arguments.split(" "))
                    .as(program.artifact())
                    .contains(NativeSettingsTest.arguments(program).toArray(String[]::new))
                    .contains("-march=compatibility", "--no-fallback");
            assertThat(arguments.contains("io.quarkus.security.BouncyCastleFeature"))
                    .isEqualTo(program == Shipped.BROKER);
            Path jar;
            try (var files = Files.list(input)) {
                jar =
                        files.filter(file -> file.toString().endsWith("-runner.jar"))
                                .findAny()
                                .orElseThrow();
            }
            try (JarFile runner = new JarFile(jar.toFile())) {
                String home = "META-INF/native-image/";
                assertThat(
                                runner.getEntry(
                                        home
                                                + "io.opnmanager.tunnel/"
                                                + program.artifact()
                                                + "/reachability-metadata.json"))
                        .isNotNull();
                JsonNode resources =
                        new ObjectMapper()
                                .readTree(
                                        runner.getInputStream(
                                                runner.getEntry(home + "resource-config.json")));
                assertThat(unreached(program, runner, resources)).isEmpty();
            }
            Path list = input.resolveSibling(program.artifact() + ".cdx.json");
            assertThat(new ObjectMapper().readTree(list.toFile()).path("components"))
                    .as(list.toString())
                    .extracting(one -> one.path("name").asText())
                    .contains("jackson-databind", "quarkus-core");
        }
    }

    /** Our own resources that neither Quarkus nor our metadata puts into the executable. */
    private static Set<String> unreached(Shipped program, JarFile runner, JsonNode resources)
            throws IOException {
        List<Pattern> patterns = new ArrayList<>();
        resources
                .at("/resources/includes")
                .forEach(one -> patterns.add(Pattern.compile(one.path("pattern").asText())));
        NativeMetadata metadata = NativeMetadata.of(program);
        Set<String> wanted = new TreeSet<>();
        for (String folder :
                List.of("db/migration/", "META-INF/resources/", "firewall-kinds/", "presence/")) {
            runner.stream()
                    .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder))
                    .forEach(entry -> wanted.add(entry.getName()));
        }
        assertThat(wanted.isEmpty()).isEqualTo(program != Shipped.BROKER);
        wanted.removeIf(name ->
                metadata.includes(name)
                        || patterns.stream().anyMatch(one -> one.matcher(name).matches()));
        return wanted;
    }
}
