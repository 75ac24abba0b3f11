package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.TunnelClient;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Each end that a request can have while everyone is well: the row, the reason, and no trace. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EndOfLifeTest {

    private static final Duration SOON = Eventually.SOON;

    /** The probe's interval and what it may take. */
    private static final Duration NEXT_PROBE = Duration.ofSeconds(20);

    private World world;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("ends")
                        .with("opnmanager.request.establish", "8s")
                        .with("opnmanager.request.heartbeat", "1s")
                        .with("opnmanager.request.window-gone", "5s")
                        .firewalls(1)
                        .start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    private ObjectNode ask() {
        return OperatorClient.object().put("firewall_id", world.firewall().id());
    }

    @Test
    void closed_by_its_operator() throws Exception {
        JsonNode active = world.openActive(ask());

        world.operator().close(active.path("id").asLong());

        world.assertEnds(active, "disconnected", "closed", SOON);
        world.assertNothingLeft(active);
    }

    @Test
    void closing_twice_is_no_error_and_keeps_the_first_end() throws Exception {
        JsonNode active = world.openActive(ask());
        long id = active.path("id").asLong();
        world.operator().close(id);
        JsonNode ended = world.operator().request(id);

        world.operator().close(id);

        assertThat(world.operator().request(id).path("ended_at")).isEqualTo(ended.path("ended_at"));
        assertThat(world.operator().heartbeat(id, false)).as("keep_alive").isFalse();
    }

    @Test
    void the_last_window_gives_no_more_sign() throws Exception {
        JsonNode active = world.openActive(ask());
        long id = active.path("id").asLong();
        for (int i = 0; i < 14; i++) {
            assertThat(world.operator().heartbeat(id, true)).isTrue();
            Thread.sleep(500);
        }
        assertThat(world.operator().request(id).path("status").asText()).isEqualTo("active");

        world.assertEnds(active, "disconnected", "window_gone", Duration.ofSeconds(15));
        world.assertNothingLeft(active);
    }

    @Test
    void its_lifetime_is_over() throws Exception {
        JsonNode active = world.openActive(ask().put("lifetime", 2));

        world.assertEnds(active, "expired", "lifetime", SOON);
        world.assertNothingLeft(active);
    }

    @Test
    void no_agent_comes_before_the_deadline() throws Exception {
        StockFirewall silent = world.addStockFirewall("silent", "");
        JsonNode asked = world.operator().open(silent.id());

        world.assertEnds(asked, "timeout", "deadline", Duration.ofSeconds(20));
        world.assertNothingLeft(asked);
        assertThat(silent.checkin().path("pending_requests"))
                .as("an old request is never handed out")
                .isEmpty();
        assertThat(silent.hasRequests()).isFalse();
    }

    @Test
    void the_agent_is_not_allowed_to_dial_the_target() throws Exception {
        JsonNode asked = world.operator().open(ask().put("target", "tcp://127.0.0.1:1"));

        world.assertEnds(asked, "timeout", "agent_failed", SOON);
        world.assertNothingLeft(asked);
    }

    @Test
    void the_target_refuses_connections() throws Exception {
        FirewallPage page = world.firewall().page();
        page.stop();
        try {
            JsonNode asked = world.operator().open(ask());

            // The line is up; the probe through it never is.
            world.assertEnds(asked, "timeout", "deadline", Duration.ofSeconds(20));
            world.assertNothingLeft(asked);
        } finally {
            page.startAgain();
        }
    }

    @Test
    void the_agreed_bytes_are_used_up() throws Exception {
        JsonNode active = world.openActive(ask().put("byte_limit", 500_000));
        try (var client =
                new TunnelClient(
                        active.path("tunnel_port").asInt(),
                        world.firewall().page().fingerprint())) {
            assertThat(client.read("/bytes?n=100000").body()).hasSize(100_000);
            assertThatThrownBy(() -> client.read("/bytes?n=5000000"))
                    .isInstanceOf(IOException.class);
        }

        world.assertEnds(active, "disconnected", "byte_limit", SOON);
        world.assertNothingLeft(active);
    }

    @Test
    void the_agent_closes_it() throws Exception {
        StockFirewall firewall = world.addStockFirewall("closing", "");
        JsonNode asked = world.operator().open(firewall.id());
        int port = asked.path("tunnel_port").asInt();
        long id = asked.path("id").asLong();
        try (var ssh = firewall.tunnel(port)) {
            Eventually.within(SOON, () -> World.assertListensOnLoopbackOnly(port));
            firewall.report(id, "active", ssh, port);
            world.awaitActive(id);

            firewall.post("tunnel_close", OperatorClient.object().put("request_id", id));

            world.assertEnds(asked, "disconnected", "agent_closed", SOON);
            firewall.report(id, "disconnected", ssh, port);
            world.assertNothingLeft(asked);
        }
    }

    @Test
    void the_ssh_client_goes_away() throws Exception {
        StockFirewall firewall = world.addStockFirewall("leaving", "");
        JsonNode asked = world.operator().open(firewall.id());
        int port = asked.path("tunnel_port").asInt();
        long id = asked.path("id").asLong();
        try (var ssh = firewall.tunnel(port)) {
            Eventually.within(SOON, () -> World.assertListensOnLoopbackOnly(port));
            firewall.report(id, "active", ssh, port);
            world.awaitActive(id);

            ssh.kill();

            world.assertEnds(asked, "disconnected", "line_lost", SOON);
            firewall.report(id, "disconnected", ssh, port);
            world.assertNothingLeft(asked);
        }
    }

    @Test
    void another_certificate_ends_it_until_an_operator_accepts_the_new_one() throws Exception {
        FirewallPage page = world.firewall().page();
        String pins = "/api/v1/firewalls/" + world.firewall().id() + "/certificate-pin";
        String before = page.fingerprint();
        JsonNode active = world.openActive(ask());
        try {
            page.renewCertificate();

            world.assertEnds(active, "disconnected", "certificate_changed", NEXT_PROBE);
            world.assertNothingLeft(active);
            JsonNode pin = world.operator().call("GET", pins, null).body().path("items").path(0);
            assertThat(pin.path("sha256").asText()).isEqualTo(before);
            assertThat(pin.path("offered_sha256").asText()).isEqualTo(page.fingerprint());

            JsonNode again = world.operator().open(ask());
            world.assertEnds(again, "disconnected", "certificate_changed", NEXT_PROBE);
            world.assertNothingLeft(again);
        } finally {
            world.operator()
                    .call(
                            "PUT",
                            pins,
                            OperatorClient.object()
                                    .put("target", page.target())
                                    .put("sha256", page.fingerprint()));
        }
        JsonNode accepted = world.openActive(ask());
        world.assertPageThrough(accepted, page);
        world.operator().close(accepted.path("id").asLong());
        world.assertNothingLeft(accepted);
    }

    @Test
    void the_firewalls_credential_is_revoked() throws Exception {
        FirewallSide firewall = world.addFirewall("revoked");
        JsonNode active = world.openActive(firewall);

        assertThat(
                        world.operator()
                                .call(
                                        "DELETE",
                                        "/api/v1/firewalls/" + firewall.id() + "/agent-token",
                                        null)
                                .status())
                .isEqualTo(204);

        world.assertEnds(active, "disconnected", "credential_revoked", SOON);
        world.assertPathGone(active.path("tunnel_port").asInt());
        world.assertPortFreed(active);
        assertThat(
                        world.operator()
                                .call(
                                        "POST",
                                        "/api/v1/requests",
                                        OperatorClient.object().put("firewall_id", firewall.id()))
                                .code())
                .isEqualTo("not_enrolled");
        firewall.quickconnect().close();
        firewall.agent().close();
    }
}
