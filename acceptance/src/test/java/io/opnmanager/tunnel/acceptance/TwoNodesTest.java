package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Two brokers on one database: either answers for both, and one ends what the other left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoNodesTest {

    private static final Duration SOON = Eventually.SOON;

    /** lost-after, the next sign, the next sweep and a slow machine. */
    private static final Duration LOST = Duration.ofSeconds(40);

    private World world;
    private OperatorClient elsewhere;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("nodes")
                        .with("opnmanager.node.sign", "1s")
                        .with("opnmanager.node.lost-after", "10s")
                        .firewalls(1)
                        .start();
        elsewhere = world.operatorAt(world.addNode("node-b"));
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void what_is_closed_at_one_node_is_gone_at_the_other() throws Exception {
        JsonNode active = world.openActive(world.firewall());

        elsewhere.close(active.path("id").asLong());

        world.assertEnds(active, "disconnected", "closed", SOON);
        world.assertNothingLeft(active);
    }

    @Test
    void moves_made_at_one_node_are_told_at_the_other() throws Exception {
        JsonNode asked = world.operator().open(world.firewall().id());
        long id = asked.path("id").asLong();

        JsonNode told = elsewhere.awaitStatus(id, Set.of("active"), SOON);

        assertThat(told.path("node").asText()).isEqualTo("node-a");
        world.operator().close(id);
        world.assertNothingLeft(asked);
    }

    @Test
    void a_check_held_at_one_node_is_woken_by_a_request_made_at_the_other() throws Exception {
        long firewall = world.operator().createFirewall("roaming", "https://localhost:443");
        Answer enrolled =
                world.nobody()
                        .call(
                                "POST",
                                "/api/enroll",
                                OperatorClient.object()
                                        .put(
                                                "enrolment_token",
                                                world.operator().enrolmentToken(firewall))
                                        .put("hostname", "box")
                                        .put("agent_version", "1")
                                        .put("platform", "any")
                                        .put("ssh_public_key", SshKeys.publicKey()));
        Broker other = world.addNode("node-c");
        try (OperatorClient agent =
                OperatorClient.bearer(
                        other.uri(),
                        world.broker().certificates().clientContext(),
                        enrolled.body().path("agent_token").asText())) {
            CompletableFuture<Boolean> held =
                    CompletableFuture.supplyAsync(() -> check(agent, firewall));
            Thread.sleep(1_000);
            assertThat(held).isNotDone();

            JsonNode asked = world.operator().open(firewall);

            assertThat(held.get(10, TimeUnit.SECONDS)).isTrue();
            world.operator().close(asked.path("id").asLong());
        } finally {
            other.stop();
        }
    }

    private static boolean check(OperatorClient agent, long firewall) {
        try {
            return agent.call(
                            "POST",
                            "/api/quickconnect_check",
                            OperatorClient.object().put("firewall_id", firewall).put("wait", 15))
                    .body()
                    .path("has_requests")
                    .asBoolean();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_a_lost_node_held_is_ended_by_another() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        long id = active.path("id").asLong();
        world.broker().program().kill();
        try {
            JsonNode row = elsewhere.awaitStatus(id, Set.of("disconnected"), LOST);

            assertThat(List.of(row.path("end_reason").asText(), row.path("node").asText()))
                    .containsExactly("node_lost", "node-a");
        } finally {
            world.broker().start();
        }
        world.assertNothingLeft(active);
    }
}
