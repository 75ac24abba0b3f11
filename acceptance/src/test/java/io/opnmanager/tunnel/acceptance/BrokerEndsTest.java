package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The broker or its database ends in the middle of a session. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrokerEndsTest {

    private static final Duration SOON = Eventually.SOON;
    private static final Duration BACK = Duration.ofSeconds(40);

    private World world;

    @BeforeAll
    void start() throws Exception {
        world = World.named("broker").with("opnmanager.request.drain", "8s").firewalls(1).start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void killed_and_restarted_it_ends_what_it_no_longer_holds() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        int port = active.path("tunnel_port").asInt();

        world.broker().program().kill();
        Eventually.within(Eventually.GONE, () -> assertThat(Loopback.isListening(port)).isFalse());
        world.broker().start();

        world.assertEnds(active, "disconnected", "broker_restarted", SOON);
        world.assertNothingLeft(active);
        assertWorksAgain();
    }

    @Test
    void stopped_it_takes_nothing_new_ends_its_sessions_and_says_so() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        long id = active.path("id").asLong();

        world.broker().program().askToEnd();
        Eventually.within(
                Duration.ofSeconds(8),
                () -> {
                    Answer refused =
                            world.operator()
                                    .call(
                                            "POST",
                                            "/api/v1/requests",
                                            OperatorClient.object()
                                                    .put("firewall_id", world.firewall().id())
                                                    .put("target", "tcp://127.0.0.1:1"));
                    assertThat(refused.status()).isEqualTo(503);
                    assertThat(refused.code()).isEqualTo("draining");
                    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                });
        assertThat(world.broker().program().awaitExit(Duration.ofSeconds(30))).isIn(0, 143);

        assertThat(world.rows().end(id)).isEqualTo(List.of("disconnected", "broker_stopped"));
        assertThat(Loopback.isListening(active.path("tunnel_port").asInt())).isFalse();
        world.broker().start();
        world.assertNothingLeft(active);
        assertWorksAgain();
    }

    @Test
    void a_restart_of_the_database_ends_no_session() throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode active = world.openActive(firewall);
        long id = active.path("id").asLong();

        DatabaseServer.server().stop();
        try {
            Answer refused =
                    world.operator()
                            .call(
                                    "POST",
                                    "/api/v1/requests",
                                    OperatorClient.object()
                                            .put("firewall_id", firewall.id())
                                            .put("target", "tcp://127.0.0.1:1"));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.code()).isEqualTo("database_unavailable");
            world.assertPageThrough(active, firewall.page());
        } finally {
            DatabaseServer.server().start();
        }

        Eventually.within(
                BACK, () -> assertThat(readable(id).path("status").asText()).isEqualTo("active"));
        world.assertPageThrough(active, firewall.page());
        world.operator().close(id);
        world.assertEnds(active, "disconnected", "closed", SOON);
        world.assertNothingLeft(active);
        assertWorksAgain();
    }

    private JsonNode readable(long id) throws IOException, InterruptedException {
        return world.operator().call("GET", "/api/v1/requests/" + id, null).body();
    }

    /** Agents come back by themselves. */
    private void assertWorksAgain() throws Exception {
        FirewallSide firewall = world.firewall();
        Eventually.within(
                BACK,
                () ->
                        assertThat(
                                        world.operator()
                                                .firewall(firewall.id())
                                                .path("online")
                                                .asBoolean())
                                .isTrue());
        JsonNode active = world.openActive(firewall);
        world.assertPageThrough(active, firewall.page());
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }
}
