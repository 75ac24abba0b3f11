package io.opnmanager.tunnel.tunnelctl.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFilesTest {

    private static final Path EXAMPLE =
            Path.of(System.getProperty("project.root", ""), "deploy/tunnelctl/client.example.yaml");

    private static final String SMALLEST =
            """
            gateway: {host: broker.test}
            certificate: {file: client.pem}
            forwards: [{listen: 1080, service: echo.test}]
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit does it.
    Path folder;

    private Path written(String text) throws IOException {
        return Files.writeString(folder.resolve("client.yaml"), text);
    }

    @Test
    void the_example_is_right_and_says_every_key() throws IOException {
        ClientFile file = ClientFiles.read(EXAMPLE);

        assertThat(file.connectLimit()).isEqualTo(Duration.ofSeconds(10));
        assertThat(file.entries()).hasSize(2);
        assertThat(file.entries().get(1).target()).isEqualTo("ssh");
        String text = Files.readString(EXAMPLE);
        for (Class<?> part :
                List.of(
                        ClientFile.class,
                        ClientFile.Broker.class,
                        ClientFile.Gateway.class,
                        ClientFile.Certificate.class,
                        ClientFile.Entry.class,
                        ClientFile.Log.class)) {
            for (RecordComponent component : part.getRecordComponents()) {
                String key =
                        component.getName().equals("waitLimit")
                                ? "wait"
                                : component
                                        .getName()
                                        .replaceAll("([a-z])([A-Z])", "$1-$2")
                                        .toLowerCase(Locale.ROOT);
                assertThat(text).containsPattern("(?m)^[ -]*" + key + ":");
            }
        }
    }

    @Test
    void what_the_example_says_of_values_that_are_absent_is_true() throws IOException {
        ClientFile file = ClientFiles.read(written(SMALLEST));

        assertThat(Objects.requireNonNull(file.gateway()).place().port()).isEqualTo(8443);
        assertThat(file.terms()).isEqualTo(new Forward.Terms(Duration.ofSeconds(30), 500));
        assertThat(file.logging().levelOrUsual()).isEqualTo("INFO");
    }

    @Test
    void paths_are_relative_to_the_file() throws IOException {
        assertThat(Objects.requireNonNull(ClientFiles.read(written(SMALLEST)).certificate()).file())
                .isEqualTo(folder.resolve("client.pem"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "frwards: []                         | unknown key frwards; known here: broker,",
                "gateway: {hots: x}                  | unknown key gateway.hots; known here: ca-file, host, port, tls12",
                "forwards: [{listen: 1, servce: x}]  | unknown key forwards[0].servce",
                "gateway: {host: x, port: many}      | gateway.port: ",
                "wait: soon                          | wait: wanted a time such as 500ms, 30s or 5m, found soon",
                "forwards: {listen: 1}               | forwards: ",
            })
    void an_unknown_or_wrong_key_is_named(String text, String wanted) throws IOException {
        Path file = written(text);
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(wanted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connect-timeout: 2m     | connect-timeout: wanted 1s to 60s",
                "wait: 500ms             | wait: wanted 1s to 10m",
                "connections: 0          | connections: wanted 1 to 10000, found 0",
                "log: {level: LOUD}      | log.level: wanted ERROR, WARN, INFO or DEBUG, found LOUD",
                "log: {max-size: big}    | log.max-size: wanted a size such as 10M, found big",
                "log: {files: 0}         | log.files: wanted 1 to 100, found 0",
                "broker: {token-file: x} | broker.url: wanted https://host[:port], found nothing",
                "broker: {url: x}        | broker.token-file: wanted a file, found nothing",
            })
    void a_value_out_of_bounds_is_named(String line, String wanted) throws IOException {
        Path file = written(SMALLEST + line + "\n");
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wanted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{service: a}                             | forwards[0].listen: wanted [address:]port, found nothing",
                "{listen: here, service: a}               | forwards[0].listen: wanted port or address:port, found here",
                "{listen: 99999, service: a}              | forwards[0].listen: wanted port or address:port, found 99999",
                "{listen: 1}                              | forwards[0]: wanted either service or firewall, found neither",
                "{listen: 1, service: a, firewall: b}     | forwards[0]: wanted either service or firewall, found both",
                "{listen: 1, service: a, target: ssh}     | forwards[0].target: wanted it with firewall only",
                "{listen: 1, firewall: a, target: nobody} | wanted ssh, https, host:port or scheme://host:port, found nobody",
            })
    void a_forward_that_makes_no_sense_is_named(String forward, String wanted) throws IOException {
        Path file =
                written(
                        "gateway: {host: x}\ncertificate: {file: y}\nforwards: [%s]\n"
                                .formatted(forward));
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wanted);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "certificate"})
    void a_service_needs_a_gateway_and_a_certificate(String section) throws IOException {
        Path file = written(SMALLEST.replaceFirst("(?m)^" + section + ":.*\n", ""));
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(section + ": wanted it, for forwards[0].service");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "forwards: []", "# nothing"})
    void without_a_forward_there_is_nothing_to_do(String text) throws IOException {
        Path file = written(text);
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("forwards");
    }

    @Test
    void a_key_that_stands_twice_is_an_error() throws IOException {
        Path file = written(SMALLEST + "wait: 1s\nwait: 2s\n");
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'wait'");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        Path file = folder.resolve("missing.yaml");
        assertThatThrownBy(() -> ClientFiles.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--config: wanted a readable file, found " + file);
    }
}
