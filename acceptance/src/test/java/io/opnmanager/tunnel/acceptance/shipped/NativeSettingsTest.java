package io.opnmanager.tunnel.acceptance.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arguments that each module gives to the compiler of native executables. */
class NativeSettingsTest {

    private static final String AT_RUN_TIME = "--initialize-at-run-time=";
    private static final String AT_BUILD_TIME = "--initialize-at-build-time=";

    static List<String> arguments(Shipped program) throws IOException {
        Path yaml = program.resources().resolve("application.yaml");
        if (Files.exists(yaml)) {
            List<String> all = new ArrayList<>();
            new ObjectMapper(new YAMLFactory())
                    .readTree(yaml.toFile())
                    .at("/quarkus/native/additional-build-args")
                    .forEach(one -> all.add(one.asText()));
            return all;
        }
        Properties lines = new Properties();
        try (var in = Files.newInputStream(program.resources().resolve("application.properties"))) {
            lines.load(in);
        }
        return List.of(lines.getProperty("quarkus.native.additional-build-args", "").split(","));
    }

    private static Set<String> named(Shipped program, String option) throws IOException {
        Set<String> all = new HashSet<>();
        for (String argument : arguments(program)) {
            if (argument.startsWith(option)) {
                all.add(argument.substring(option.length()));
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(Shipped.class)
    void nothing_of_the_machine_that_builds_is_kept_in_a_static_field(Shipped program)
            throws IOException {
        Map<String, Set<String>> found =
                BuildTimeState.in(
                        Shipped.classes(
                                program.programAndLibraries().stream()
                                        .filter(jar ->
                                                jar.toString().contains("/app/")
                                                        || jar.toString()
                                                                .contains(".api-contract-"))
                                        .toList()));
        assertThat(found.keySet())
                .as("what is found: %s; such a class is named in %s", found, AT_RUN_TIME)
                .isEqualTo(ownAtRunTime(program));
    }

    private static Set<String> ownAtRunTime(Shipped program) throws IOException {
        Set<String> own = named(program, AT_RUN_TIME);
        own.removeIf(name -> !name.startsWith("io.opnmanager.tunnel."));
        return own;
    }

    @ParameterizedTest
    @EnumSource(Shipped.class)
    void every_class_and_package_that_is_named_is_shipped(Shipped program) throws IOException {
        Set<String> classes = Shipped.classes(program.programAndLibraries()).keySet();
        Set<String> all = named(program, AT_RUN_TIME);
        all.addAll(named(program, AT_BUILD_TIME));
        for (String name : all) {
            assertThat(classes)
                    .as(name)
                    .anyMatch(one -> one.equals(name) || one.startsWith(name + "."));
        }
    }

    /** Tried in Mandrel; without them the build or the first connection fails. */
    @ParameterizedTest
    @EnumSource(names = {"BROKER", "AGENT"})
    void the_ssh_library_is_set_up_where_it_runs(Shipped program) throws IOException {
        assertThat(named(program, AT_RUN_TIME)).contains("org.apache.sshd");
        assertThat(named(program, AT_BUILD_TIME))
                .containsExactlyInAnyOrder(
                        "org.apache.sshd.common.file.root.RootedFileSystemProvider",
                        "org.apache.sshd.common.AttributeRepository$AttributeKey");
    }

    /** The agent's keys are the JDK's. */
    @Test
    void bouncy_castle_is_the_broker_s_provider_from_the_start() throws IOException {
        Path pom = Shipped.BROKER.target().resolveSibling("pom.xml");
        assertThat(Files.readString(pom))
                .contains(
                        "<quarkus.security.security-providers>BC</quarkus.security.security-providers>");
    }
}
