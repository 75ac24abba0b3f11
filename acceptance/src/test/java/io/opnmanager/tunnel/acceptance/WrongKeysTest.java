package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A key that nobody knows or a value out of bounds stops the broker's start and is named. */
class WrongKeysTest {

    @ParameterizedTest
    @CsvSource({
        "opnmanager.request.lifetim, 30m, opnmanager.request.lifetim",
        "opnmanager.request.watch, 1ms, opnmanager.request.watch",
        "opnmanager.ssh.silence, 10m, opnmanager.ssh.silence",
        "opnmanager.request.idle, soon, opnmanager.request.idle"
    })
    void the_broker_does_not_start_and_says_which(String key, String value, String named) {
        assertThatThrownBy(() -> World.named("wrong").with(key, value).start())
                .hasMessageContaining("broker ended with 1")
                .hasMessageContaining(named);
    }
}
