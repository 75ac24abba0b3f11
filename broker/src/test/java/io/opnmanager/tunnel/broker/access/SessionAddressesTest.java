package io.opnmanager.tunnel.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionAddressesTest {

    private record Keys(String consoleUrl, String sessionUrl) implements AccessSettings {
        @Override
        public Duration ticket() {
            return Duration.ofSeconds(30);
        }

        @Override
        public int tickets() {
            return 20;
        }

        @Override
        public Duration beat() {
            return Duration.ofSeconds(15);
        }

        @Override
        public Duration farewell() {
            return Duration.ofSeconds(3);
        }

        @Override
        public int tabs() {
            return 200;
        }
    }

    private static SessionAddresses of(String console, String session) {
        return new SessionAddresses(new Keys(console, session));
    }

    @Test
    void every_host_below_the_domain_is_a_sessions_and_no_other() {
        SessionAddresses addresses =
                of("https://console.example.net/", "https://*.Access.example.net:8443");

        assertThat(addresses.labelOf("x.access.example.net")).isEqualTo("x");
        assertThat(addresses.labelOf("a.b.access.example.net")).isEqualTo("a.b");
        assertThat(addresses.labelOf("access.example.net")).isNull();
        assertThat(addresses.labelOf("xaccess.example.net")).isNull();
        assertThat(addresses.labelOf("x.access.example.net.evil.org")).isNull();
        assertThat(addresses.labelOf("console.example.net")).isNull();
        assertThat(addresses.origin("x")).hasToString("https://x.access.example.net:8443");
        assertThat(addresses.console()).hasToString("https://console.example.net");
    }

    @Test
    void a_console_below_the_session_domain_stays_the_console() {
        SessionAddresses addresses = of("https://console.example.net", "https://*.example.net");

        assertThat(addresses.labelOf("console.example.net")).isNull();
        assertThat(addresses.labelOf("xconsole.example.net")).isEqualTo("xconsole");
        assertThat(addresses.labelOf("x.console.example.net")).isEqualTo("x.console");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ftp://*.example.net",
                "https://example.net",
                "https://x.*.example.net",
                "https://*.*.example.net",
                "https://s-*.example.net",
                "https://*.example.net/path",
                "https://*.example.net:0",
                "https://*.exa mple.net",
                "https://user@*.example.net",
                "*.example.net"
            })
    void a_session_url_of_another_form_stops_the_start(String url) {
        assertThatThrownBy(() -> of("https://console.example.net", url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "opnmanager.access.session-url: wanted http(s)://*.domain[:port], found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "console.example.net", "https://a/b", "https://*.x", "javascript:1"})
    void a_console_url_of_another_form_stops_the_start(String url) {
        assertThatThrownBy(() -> of(url, "https://*.example.net"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "opnmanager.access.console-url: wanted http(s)://host[:port], found");
    }
}
