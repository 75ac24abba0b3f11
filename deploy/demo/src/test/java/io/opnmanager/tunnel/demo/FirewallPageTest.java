package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class FirewallPageTest {

    @Test
    void it_says_which_firewall_it_is_and_shows_its_own_certificate() throws Exception {
        try (FirewallPage page = FirewallPage.start("<fw> 21");
                var client = new TunnelClient(page.port(), page.fingerprint())) {
            var answer = client.read("/");

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("<h1>&lt;fw&gt; 21</h1>");
        }
    }

    @Test
    void it_streams_bytes_echoes_and_takes_its_time() throws Exception {
        try (FirewallPage page = FirewallPage.start("firewall");
                var client = new TunnelClient(page.port(), page.fingerprint())) {
            assertThat(client.read("/bytes?n=200000").body()).hasSize(200_000);
            assertThat(client.echo("both ways".getBytes(StandardCharsets.UTF_8)))
                    .asString(StandardCharsets.UTF_8)
                    .isEqualTo("both ways");
            assertThat(client.read("/slow?ms=10").body()).isEqualTo("At last.\n");
            assertThat(client.read("/nothing").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void a_renewed_certificate_is_another_one_on_the_same_port() throws Exception {
        try (FirewallPage page = FirewallPage.start("firewall")) {
            String before = page.fingerprint();
            try (var client = new TunnelClient(page.port(), before)) {
                assertThat(client.read("/").statusCode()).isEqualTo(200);

                page.renewCertificate();

                assertThat(page.fingerprint()).isNotEqualTo(before).matches("[0-9a-f]{64}");
                assertThatThrownBy(() -> client.read("/"))
                        .isInstanceOf(SSLHandshakeException.class)
                        .hasMessageContaining(
                                "wanted the certificate "
                                        + before
                                        + ", found "
                                        + page.fingerprint());
            }
            try (var client = new TunnelClient(page.port(), page.fingerprint())) {
                assertThat(client.read("/").statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_stopped_page_refuses_connections_until_it_is_started_again() throws Exception {
        try (FirewallPage page = FirewallPage.start("firewall");
                var client = new TunnelClient(page.port(), page.fingerprint())) {
            page.stop();
            assertThat(Loopback.isListening(page.port())).isFalse();
            assertThatThrownBy(() -> client.read("/")).isInstanceOf(IOException.class);

            page.startAgain();
            assertThat(Loopback.listeners(page.port(), page.port()))
                    .containsExactly(new Loopback.Listener(page.port(), true));
            assertThat(client.read("/").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void events_come_one_by_one_until_the_wanted_one() throws Exception {
        List<String> seen = new ArrayList<>();
        try (FirewallPage page = FirewallPage.start("firewall");
                var client = new TunnelClient(page.port(), page.fingerprint());
                var events =
                        new EventLines<String>(text -> {
                            seen.add(text);
                            return seen.size() == 2 ? text : null;
                        })) {
            var stream = client.follow("/events", events);

            assertThat(events.result()).succeedsWithin(Duration.ofSeconds(20));
            assertThat(seen).containsExactly("tick", "tick");
            assertThat(stream).isNotCompletedExceptionally();
        }
    }
}
