package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.agent.tunnel.AllowedTargets;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    private static final List<String> KEYS =
            List.of(
                    "agent.broker.ca-file",
                    "agent.broker.pinned-key",
                    "agent.broker.url",
                    "agent.log.enabled",
                    "agent.log.file",
                    "agent.log.keep",
                    "agent.log.level",
                    "agent.log.max-size",
                    "agent.socket",
                    "agent.state-folder",
                    "agent.targets[0]",
                    "agent.update",
                    "agent.web-target");

    private static SmallRyeConfig read(String yaml) {
        return new SmallRyeConfigBuilder()
                .withMapping(AgentConfiguration.class)
                .withSources(new YamlConfigSource("agent.yaml", yaml))
                .build();
    }

    private static String example() throws Exception {
        return Files.readString(Path.of("agent.yaml"));
    }

    @Test
    void theExampleHoldsTheDefaults() throws Exception {
        AgentConfiguration example = read(example()).getConfigMapping(AgentConfiguration.class);
        AgentConfiguration defaults = World.configuration(Map.of());

        assertThat(example.stateFolder()).isEqualTo(defaults.stateFolder());
        assertThat(example.targets())
                .isEqualTo(defaults.targets())
                .containsExactly("127.0.0.1:443");
        assertThat(example.webTarget()).isEqualTo(defaults.webTarget());
        assertThat(example.socket()).contains(defaults.stateFolder() + "/agent.sock");
        assertThat(example.log().level()).isEqualTo(defaults.log().level());
        assertThat(example.log().enabled()).isEqualTo(defaults.log().enabled());
        assertThat(example.log().file()).isEqualTo(defaults.log().file());
        assertThat(example.log().maxSize()).isEqualTo(defaults.log().maxSize());
        assertThat(example.log().keep()).isEqualTo(defaults.log().keep());
        assertThat(example.update()).isEqualTo(defaults.update()).isFalse();
        assertThat(example.broker().url()).isEmpty();
    }

    @Test
    void theExampleNamesEveryKey() throws Exception {
        String withBroker =
                example()
                        .replace("# broker:", "broker:")
                        .replaceAll("(?m)^  #   (\\S+:) ", "    $1 ");
        TreeSet<String> names = new TreeSet<>();
        StreamSupport.stream(read(withBroker).getPropertyNames().spliterator(), false)
                .filter(name -> name.startsWith("agent."))
                .filter(name -> !name.equals("agent.targets"))
                .forEach(names::add);
        assertThat(names).containsExactlyElementsOf(KEYS);
    }

    @Test
    void anUnknownKeyStopsTheStartWithItsName() {
        assertThatThrownBy(() -> read("agent:\n  target: [a]\n"))
                .hasMessageContaining("agent.target");
    }

    @Test
    void loopbackHasThreeNamesAndOtherHostsOne() {
        AllowedTargets allowed =
                AllowedTargets.of(List.of("127.0.0.1:443", "[::1]:8443", "NAS.lan:5001"));
        assertThat(allowed.find("localhost", 443)).hasToString("Optional[127.0.0.1:443]");
        assertThat(allowed.find("::1", 443)).hasToString("Optional[127.0.0.1:443]");
        assertThat(allowed.find("127.0.0.1", 8443)).hasToString("Optional[[::1]:8443]");
        assertThat(allowed.find("nas.LAN", 5001)).hasToString("Optional[nas.lan:5001]");
        assertThat(allowed.find("nas.lan", 443)).isEmpty();
        assertThat(allowed.find("127.0.0.2", 443)).isEmpty();
        assertThat(allowed.find("0.0.0.0", 443)).isEmpty();
        assertThat(allowed.find("localhost.", 443)).isEmpty();
    }

    @Test
    void aTargetThatIsNoneIsNamed() {
        for (String bad : List.of("443", "host", "host:0", "host:70000", "::1:443", "a b:1")) {
            assertThatThrownBy(() -> AllowedTargets.of(List.of(bad)))
                    .hasMessage("agent.targets: wanted host:port, found '" + bad + "'");
        }
    }

    @Test
    void theEnvironmentAndSystemPropertiesWinOverTheFile(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("own.yaml");
        Files.writeString(file, "agent:\n  state-folder: /from/the/file\n");
        System.setProperty(ConfigurationFile.LOCATION, file.toString());
        try {
            ConfigSource source =
                    new ConfigurationFile()
                            .getConfigSources(getClass().getClassLoader())
                            .iterator()
                            .next();
            assertThat(source.getValue("agent.state-folder")).isEqualTo("/from/the/file");
            assertThat(source.getOrdinal()).isBetween(251, 299);
        } finally {
            System.clearProperty(ConfigurationFile.LOCATION);
        }
    }
}
