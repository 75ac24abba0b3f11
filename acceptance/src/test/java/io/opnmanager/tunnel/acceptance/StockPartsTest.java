package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same flow with curl and OpenSSH alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StockPartsTest {

    private static final Duration SOON = Eventually.SOON;

    private World world;

    @BeforeAll
    void start() throws Exception {
        world = World.named("stock").start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".php"})
    void curl_and_ssh_open_use_and_close_a_tunnel(String suffix) throws Exception {
        StockFirewall firewall = world.addStockFirewall("stock" + suffix.replace('.', '-'), suffix);
        assertThat(firewall.hasRequests()).isFalse();
        assertThat(firewall.checkin().path("pending_requests")).isEmpty();

        JsonNode asked = world.operator().open(firewall.id());
        long id = asked.path("id").asLong();
        assertThat(firewall.hasRequests()).isTrue();
        JsonNode pending = firewall.checkin().path("pending_requests").path(0);
        assertThat(pending.path("request_id").asLong()).isEqualTo(id);
        assertThat(pending.path("tunnel_port")).isEqualTo(asked.path("tunnel_port"));
        assertThat(pending.path("target_host").asText()).isEqualTo("localhost");
        assertThat(pending.path("target_port").asInt()).isEqualTo(firewall.page().port());
        assertThat(pending.path("ssh_host").asText()).isNotEmpty();
        assertThat(pending.path("ssh_port").asInt()).isPositive();
        int port = pending.path("tunnel_port").asInt();

        try (Program ssh = firewall.tunnel(port)) {
            Eventually.within(SOON, () -> World.assertListensOnLoopbackOnly(port));
            assertThat(world.operator().request(id).path("status").asText())
                    .as("the listener alone makes nothing active")
                    .isEqualTo("pending");
            firewall.report(id, "active", ssh, port);

            JsonNode active = world.awaitActive(id);
            assertThat(active.path("tunnel_pid").asLong()).isEqualTo(ssh.pid());
            String page =
                    StockFirewall.run(
                            firewall.folder(),
                            "page" + suffix,
                            List.of("curl", "-sS", "-k", "https://127.0.0.1:" + port + "/"));
            assertThat(page).contains(firewall.page().name());

            // The window's own word for closing.
            assertThat(
                            world.operator()
                                    .call(
                                            "POST",
                                            "/api/tunnel_close" + suffix,
                                            OperatorClient.object().put("request_id", id))
                                    .body()
                                    .path("success")
                                    .asBoolean())
                    .isTrue();

            assertThat(ssh.awaitExit(SOON)).as("the broker ends the client").isNotZero();
            world.assertEnds(active, "disconnected", "closed", SOON);
            assertThat(firewall.hasRequests()).as("a kill waits").isTrue();
            JsonNode kill = firewall.checkin().path("kill").path(0);
            assertThat(kill.path("request_id").asLong()).isEqualTo(id);
            assertThat(kill.path("tunnel_pid").asLong()).isEqualTo(ssh.pid());
            assertThat(kill.path("reason").asText()).isEqualTo("closed");
            firewall.report(id, "disconnected", ssh, port);
            world.assertNothingLeft(active);
            assertThat(firewall.hasRequests()).isFalse();
            assertThat(firewall.checkin().path("kill")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"processing"})
    void words_of_older_scripts_are_understood(String active) throws Exception {
        StockFirewall firewall = world.addStockFirewall("older", ".php");
        JsonNode asked = world.operator().open(firewall.id());
        int port = asked.path("tunnel_port").asInt();
        try (Program ssh = firewall.tunnel(port)) {
            Eventually.within(SOON, () -> World.assertListensOnLoopbackOnly(port));
            firewall.report(asked.path("id").asLong(), active, ssh, port);
            world.awaitActive(asked.path("id").asLong());

            firewall.report(asked.path("id").asLong(), "completed", ssh, port);

            world.assertEnds(asked, "disconnected", "agent_closed", SOON);
            world.assertNothingLeft(asked);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"failed", "timeout"})
    void a_reported_failure_ends_the_request_at_once(String failed) throws Exception {
        StockFirewall firewall = world.addStockFirewall("failing-" + failed, "");
        JsonNode asked = world.operator().open(firewall.id());

        firewall.post(
                "tunnel_status",
                OperatorClient.object()
                        .put("request_id", asked.path("id").asLong())
                        .put("status", failed)
                        .put("detail", "Connection refused"));

        JsonNode ended = world.assertEnds(asked, "timeout", "agent_failed", SOON);
        assertThat(ended.path("detail").asText()).contains("Connection refused");
        world.assertNothingLeft(asked);
    }
}
