package io.opnmanager.tunnel.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChecksTest {

    private static final Site SITE = new Site("fw", "OPNsense.localdomain", "root", "opnsense");

    @ParameterizedTest
    @CsvSource({
        "evil.example, 192.0.2.1, true",
        "evil.example:8443, 192.0.2.1, true",
        "evil.example, 127.0.0.1, false",
        "opnsense.LOCALDOMAIN:443, 192.0.2.1, false",
        "OPNsense, 192.0.2.1, false",
        "localhost:8101, 192.0.2.1, false",
        "192.0.2.1, 192.0.2.1, false",
        "[2001:db8::1]:443, 2001:db8::1, false"
    })
    void a_host_that_is_not_this_firewall_is_a_rebind_unless_it_came_over_loopback(
            String host, String localAddress, boolean rebound) {
        assertThat(Checks.isRebound(SITE, host, localAddress)).isEqualTo(rebound);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, false",
                "https://opnsense.localdomain/x, false",
                "https://localhost:8101/, false",
                "https://127.0.0.1/, false",
                "https://abc.localhost:8080/, true",
                "https://console.example/, true",
                "about:blank, true",
                "'not an address', true"
            })
    void a_referer_has_to_be_of_this_firewall(String referer, boolean foreign) {
        assertThat(Checks.isForeignReferer(SITE, referer)).isEqualTo(foreign);
    }
}
