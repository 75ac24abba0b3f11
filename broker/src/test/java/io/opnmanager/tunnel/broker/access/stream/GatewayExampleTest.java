package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.source.yaml.YamlConfigSource;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The example of the gateway's configuration, read as the broker reads it. */
class GatewayExampleTest {

    private static final Path EXAMPLE =
            Path.of(System.getProperty("project.root", ""), "deploy/gateway.example.yaml");

    private static StreamSettings read(String yaml) {
        SmallRyeConfig config =
                new SmallRyeConfigBuilder()
                        .addDiscoveredConverters()
                        .withSources(new YamlConfigSource("example", yaml))
                        .withMapping(StreamSettings.class)
                        .withMappingIgnore("quarkus.**")
                        .withMappingIgnore("opnmanager.operator-certificates.**")
                        .build();
        return config.getConfigMapping(StreamSettings.class);
    }

    @Test
    void it_is_right_and_says_every_key() throws IOException {
        String text = Files.readString(EXAMPLE);
        StreamSettings settings = read(text);

        assertThat(settings.enabled()).isTrue();
        assertThat(settings.routes()).containsOnlyKeys("echo.example.net");
        assertThat(settings.routes().get("echo.example.net"))
                .satisfies(route -> {
                    assertThat(route.target()).isEqualTo("10.0.0.7:7");
                    assertThat(route.clients()).containsExactly("backup-1", "backup-2");
                });
        for (Class<?> part : List.of(StreamSettings.class, StreamSettings.Route.class)) {
            assertThat(Arrays.stream(part.getDeclaredMethods()).map(Method::getName))
                    .isNotEmpty()
                    .allSatisfy(name ->
                            assertThat(text).containsPattern("(?m)^ +" + kebab(name) + ":"));
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prot: 1          | opnmanager.stream.prot",
                "port: many       | opnmanager.stream.port",
                "handshake: soon  | opnmanager.stream.handshake",
                "routes: {x: {target: 'a:1'}} | opnmanager.stream.routes.x.clients",
            })
    void an_unknown_or_wrong_key_stops_the_start_and_is_named(String line, String key) {
        String yaml = "opnmanager: {stream: {%s}}".formatted(line);
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining(key);
    }
}
