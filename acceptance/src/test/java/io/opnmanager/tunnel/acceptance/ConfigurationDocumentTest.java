package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationDocumentTest {

    private static final String DOCUMENT = "docs/configuration.md";
    private static final String HEAD =
            "| key and environment variable | type | default | meaning |\n|---|---|---|---|\n";

    @ParameterizedTest
    @ValueSource(strings = {"broker", "agent", "quickconnect-agent"})
    void every_key_stands_in_the_document_with_its_default_and_meaning(String module)
            throws IOException {
        Project.says(
                DOCUMENT,
                "keys of the " + module,
                ConfigurationKeys.of(module).stream()
                        .map(ConfigurationKey::row)
                        .collect(Collectors.joining("", HEAD, "")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker", "agent", "quickconnect-agent"})
    void every_key_says_what_it_means(String module) throws IOException {
        List<ConfigurationKey> keys = ConfigurationKeys.of(module);

        assertThat(keys).isNotEmpty();
        assertThat(keys).filteredOn(key -> key.meaning().isBlank()).isEmpty();
    }

    @Test
    void a_key_that_two_classes_read_has_one_default() throws IOException {
        List<ConfigurationKey> mapped = ConfigurationKeys.of("broker");
        for (Path file : Project.files("broker/src/main/java", name -> name.endsWith(".java"))) {
            for (ConfigurationKey property :
                    ConfigurationKeys.properties(Project.read(file), file)) {
                assertThat(mapped)
                        .filteredOn(key -> key.name().equals(property.name()))
                        .as("%s in %s", property.name(), file)
                        .extracting(ConfigurationKey::byDefault)
                        .containsExactly(property.byDefault());
            }
        }
    }

    @Test
    void keys_of_groups_renamed_keys_and_defaults_are_read_from_the_sources() throws IOException {
        assertThat(ConfigurationKeys.of("agent"))
                .extracting(
                        ConfigurationKey::name,
                        ConfigurationKey::type,
                        ConfigurationKey::byDefault,
                        ConfigurationKey::variable)
                .contains(
                        tuple("agent.log.max-size", "text", "10M", "AGENT_LOG_MAX_SIZE"),
                        tuple("agent.broker.ca-file", "text", "", "AGENT_BROKER_CA_FILE"));
        assertThat(ConfigurationKeys.of("broker"))
                .extracting(ConfigurationKey::name, ConfigurationKey::type)
                .contains(
                        tuple("opnmanager.openid.scopes", "list"),
                        tuple("opnmanager.stream.public-port", "number"),
                        tuple("opnmanager.stream.routes.\"<name>\".target", "text"));
    }
}
