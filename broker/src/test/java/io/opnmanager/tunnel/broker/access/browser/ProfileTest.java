package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileTest {

    private static Profile read(String lines) {
        Properties file = new Properties();
        try {
            file.load(new StringReader(lines.replace('|', '\n')));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Profile.of("test", file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"opnsense", "pfsense", "generic"})
    void each_kind_has_one_that_drops_what_speaks_for_the_host(String kind) {
        assertThat(Profiles.of(kind).kind()).isEqualTo(kind);
        assertThat(Profiles.of(kind).dropped())
                .contains("strict-transport-security", "alt-svc", "clear-site-data");
        assertThat(Profiles.of(kind).names()).isEqualTo(Profile.CalledBy.TARGET);
        assertThat(Profiles.of(kind).script()).isTrue();
    }

    @Test
    void a_kind_without_one_is_treated_as_any_page() {
        assertThat(Profiles.of("ipfire")).isEqualTo(Profiles.of("generic"));
    }

    @ParameterizedTest
    @CsvSource({
        "names=target|script=true,wanted the keys",
        "names=target|script=true|dropped=|more=1,wanted the keys",
        "names=both|script=true|dropped=,names is target or session; found both",
        "names=target|script=yes|dropped=,script is true or false; found yes",
        "names=target|script=true|dropped=A b,dropped has names of headers; found a b"
    })
    void a_broken_one_stops_the_start(String lines, String message) {
        assertThatThrownBy(() -> read(lines))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message.replace(";", ","));
    }

    @Test
    void a_page_can_be_called_by_the_session_s_name() {
        Profile profile = read("names=session|script=false|dropped=");
        PageNames names =
                new PageNames(RelayWorld.plain(8101, "generic", RelayWorld.SESSION), profile);

        assertThat(names.host()).isEqualTo(RelayWorld.SESSION_HOST);
        assertThat(names.origin(RelayWorld.SESSION)).isEqualTo(RelayWorld.SESSION);
        assertThat(names.referer(RelayWorld.SESSION + "/a")).isEqualTo(RelayWorld.SESSION + "/a");
        assertThat(names.address("https://" + RelayWorld.SESSION_HOST + "/b"))
                .isEqualTo(RelayWorld.SESSION + "/b");
    }
}
