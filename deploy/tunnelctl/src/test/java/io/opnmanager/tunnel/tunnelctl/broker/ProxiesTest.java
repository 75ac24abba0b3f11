package io.opnmanager.tunnel.tunnelctl.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {

    private static final Map<String, String> SET =
            Map.of(
                    "HTTPS_PROXY",
                    "http://proxy.test:8080",
                    "NO_PROXY",
                    "intern.test, .lan,10.0.0.7");

    @Test
    void without_the_variable_there_is_no_proxy() {
        assertThat(new Proxies(Map.of()).towards("broker.test")).isNull();
    }

    @Test
    void lower_case_counts_more() {
        InetSocketAddress proxy =
                new Proxies(
                                Map.of(
                                        "https_proxy",
                                        "other.test:1",
                                        "HTTPS_PROXY",
                                        "http://proxy.test"))
                        .towards("broker.test");
        assertThat(Objects.requireNonNull(proxy).getHostString()).isEqualTo("other.test");
        assertThat(proxy.getPort()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "broker.test, true",
        "intern.test, false",
        "a.INTERN.test, false",
        "xintern.test, true",
        "host.lan, false",
        "10.0.0.7, false",
        "localhost, false",
        "a.localhost, false",
        "127.0.0.1, false",
        "localhost.evil.test, true"
    })
    void some_hosts_need_none(String host, boolean proxied) {
        assertThat(new Proxies(SET).towards(host) != null).isEqualTo(proxied);
    }

    @Test
    void what_is_no_http_proxy_is_refused_without_showing_it() {
        assertThatThrownBy(() -> new Proxies(Map.of("HTTPS_PROXY", "socks5://me:secret@proxy:1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HTTPS_PROXY: wanted http://host:port, found something else");
    }
}
