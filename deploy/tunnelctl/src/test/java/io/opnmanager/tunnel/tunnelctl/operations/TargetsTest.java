package io.opnmanager.tunnel.tunnelctl.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {

    @Test
    void https_is_the_firewalls_own_page() {
        assertThat(Targets.of("https")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ssh, ssh://localhost:22",
        "localhost:5432, tcp://localhost:5432",
        "[::1]:80, tcp://[::1]:80",
        "http://10.0.0.1:8080, http://10.0.0.1:8080",
        "ssh://localhost:2222, ssh://localhost:2222"
    })
    void words_become_targets(String words, String target) {
        assertThat(Targets.of(words)).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "telnet", "host", "host:0", "host:x", "ftp://host:21", "a b:1", ":1"})
    void anything_else_is_refused(String words) {
        assertThatThrownBy(() -> Targets.of(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("--target: wanted ssh, https, host:port");
    }
}
