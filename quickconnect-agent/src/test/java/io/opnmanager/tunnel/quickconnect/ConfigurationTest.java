package io.opnmanager.tunnel.quickconnect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    private static final List<String> KEYS =
            List.of(
                    "quickconnect.broker.ca-file",
                    "quickconnect.broker.pinned-key",
                    "quickconnect.broker.url",
                    "quickconnect.health-file",
                    "quickconnect.log.level",
                    "quickconnect.socket",
                    "quickconnect.state-folder");

    @TempDir Path folder;

    private static SmallRyeConfig read(String yaml) {
        return new SmallRyeConfigBuilder()
                .withMapping(QuickconnectConfiguration.class)
                .withSources(new YamlConfigSource("quickconnect-agent.yaml", yaml))
                .build();
    }

    private static String example() throws Exception {
        return Files.readString(Path.of("quickconnect-agent.yaml"));
    }

    @Test
    void theExampleHoldsTheDefaults() throws Exception {
        QuickconnectConfiguration example =
                read(example()).getConfigMapping(QuickconnectConfiguration.class);
        QuickconnectConfiguration defaults =
                read("other: 1").getConfigMapping(QuickconnectConfiguration.class);
        assertThat(example.stateFolder()).isEqualTo(defaults.stateFolder());
        assertThat(example.socket()).contains(defaults.stateFolder() + "/agent.sock");
        assertThat(example.healthFile()).contains(defaults.stateFolder() + "/quickconnect.health");
        assertThat(example.log().level()).isEqualTo(defaults.log().level());
    }

    @Test
    void theExampleNamesEveryKey() throws Exception {
        String withBroker =
                example()
                        .replace("# broker:", "broker:")
                        .replaceAll("(?m)^  #   (\\S+:) ", "    $1 ");
        TreeSet<String> names = new TreeSet<>();
        StreamSupport.stream(read(withBroker).getPropertyNames().spliterator(), false)
                .filter(name -> name.startsWith("quickconnect."))
                .forEach(names::add);
        assertThat(names).containsExactlyElementsOf(KEYS);
    }

    @Test
    void anUnknownKeyStopsTheStartWithItsName() {
        assertThatThrownBy(() -> read("quickconnect:\n  sockets: a\n"))
                .hasMessageContaining("quickconnect.sockets");
    }

    @Test
    void aDamagedCredentialIsNamedWithoutBeingQuoted() throws Exception {
        Files.writeString(folder.resolve("credential.json"), "{\"agent_token\": \"secret");
        assertThatThrownBy(() -> Credential.in(folder))
                .hasMessageStartingWith("damaged credential file")
                .hasNoCause()
                .message()
                .doesNotContain("secret");
    }

    @Test
    void trustIsHttpsAFileOrAPinAndNeverNothing() {
        assertThatThrownBy(() -> BrokerAddress.of("http://broker.example", null, null))
                .hasMessageContaining("wanted https");
        assertThatThrownBy(() -> BrokerAddress.of("https://b", null, "sha256/x"))
                .hasMessage("pinned key: wanted sha256/<base64 of 32 bytes>, found sha256/x");
    }

    @Test
    void theEnvironmentAndSystemPropertiesWinOverTheFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("own.yaml");
        Files.writeString(file, "quickconnect:\n  state-folder: /from/the/file\n");
        System.setProperty(ConfigurationFile.LOCATION, file.toString());
        try {
            ConfigSource source =
                    new ConfigurationFile()
                            .getConfigSources(getClass().getClassLoader())
                            .iterator()
                            .next();
            assertThat(source.getValue("quickconnect.state-folder")).isEqualTo("/from/the/file");
            assertThat(source.getOrdinal()).isBetween(251, 299);
        } finally {
            System.clearProperty(ConfigurationFile.LOCATION);
        }
    }
}
