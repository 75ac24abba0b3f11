package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.TunnelAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Many at once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RacesTest {

    private static final Duration SOON = Eventually.SOON;
    private static final int PORTS = 150;
    private static final int REQUESTS = 200;

    private World world;

    @BeforeAll
    void start() throws Exception {
        world = World.named("races").ports(PORTS).firewalls(1).start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    private CompletableFuture<Answer> openLater(ObjectNode ask, Map<String, String> headers) {
        return world.operator().callLater("POST", "/api/v1/requests", ask, headers);
    }

    private static List<Answer> all(List<CompletableFuture<Answer>> calls) {
        return calls.stream().map(call -> call.orTimeout(60, TimeUnit.SECONDS).join()).toList();
    }

    @Test
    void two_hundred_requests_at_once_get_different_ports_or_a_clear_no() throws Exception {
        StockFirewall firewall = world.addStockFirewall("crowded", "");

        List<Answer> answers =
                all(
                        IntStream.range(0, REQUESTS)
                                .mapToObj(i ->
                                        openLater(
                                                OperatorClient.object()
                                                        .put("firewall_id", firewall.id())
                                                        .put(
                                                                "target",
                                                                "tcp://127.0.0.1:" + (20_000 + i)),
                                                Map.of()))
                                .toList());

        List<Integer> ports = new ArrayList<>();
        int refused = 0;
        for (Answer answer : answers) {
            if (answer.status() == 202) {
                ports.add(answer.body().path("tunnel_port").asInt());
            } else {
                assertThat(List.of(answer.status(), answer.code()))
                        .isEqualTo(List.of(503, "no_port_free"));
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
                refused++;
            }
        }
        assertThat(ports).hasSize(PORTS).doesNotHaveDuplicates();
        assertThat(ports)
                .allMatch(port -> port >= world.ports().first() && port <= world.ports().last());
        assertThat(refused).isEqualTo(REQUESTS - PORTS);
        closeAll(answers);
    }

    private void closeAll(List<Answer> answers) throws Exception {
        List<CompletableFuture<Answer>> closed = new ArrayList<>();
        for (Answer answer : answers) {
            if (answer.status() == 202) {
                closed.add(
                        world.operator()
                                .callLater(
                                        "DELETE",
                                        "/api/v1/requests/" + answer.body().path("id").asLong(),
                                        null,
                                        Map.of()));
            }
        }
        assertThat(all(closed)).allMatch(answer -> answer.status() == 204);
        for (Answer answer : answers) {
            if (answer.status() == 202) {
                world.assertPortFreed(answer.body());
            }
        }
    }

    @Test
    void the_same_request_submitted_twenty_times_at_once_is_one() throws Exception {
        ObjectNode ask = OperatorClient.object().put("firewall_id", world.firewall().id());

        List<Answer> answers =
                all(IntStream.range(0, 20).mapToObj(i -> openLater(ask, Map.of())).toList());

        assertThat(answers).allMatch(answer -> answer.status() == 202);
        Set<Long> ids = new HashSet<>();
        answers.forEach(answer -> ids.add(answer.body().path("id").asLong()));
        assertThat(ids).hasSize(1);
        JsonNode active = world.awaitActive(ids.iterator().next());
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    @Test
    void an_idempotency_key_makes_a_repeated_call_the_same_request_even_after_its_end()
            throws Exception {
        ObjectNode ask = OperatorClient.object().put("firewall_id", world.firewall().id());
        Map<String, String> key = Map.of("Idempotency-Key", "click-17");
        List<Answer> answers =
                all(IntStream.range(0, 5).mapToObj(i -> openLater(ask, key)).toList());
        Set<Long> ids = new HashSet<>();
        answers.forEach(answer -> ids.add(answer.body().path("id").asLong()));
        assertThat(ids).hasSize(1);
        long id = ids.iterator().next();
        world.operator().close(id);

        Answer repeated = world.operator().call("POST", "/api/v1/requests", ask, key);
        Answer other =
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/requests",
                                ask.deepCopy().put("target", "tcp://127.0.0.1:22"),
                                key);

        assertThat(repeated.body().path("id").asLong()).isEqualTo(id);
        assertThat(List.of(other.status(), other.code()))
                .isEqualTo(List.of(409, "idempotency_key_reused"));
        world.assertNothingLeft(repeated.body());
    }

    @Test
    void closing_while_it_is_being_established_leaves_nothing() throws Exception {
        for (int i = 0; i < 12; i++) {
            JsonNode asked = world.operator().open(world.firewall().id());
            // From before the agent knows of it to about when it is active.
            Thread.sleep(i * 20L);

            world.operator().close(asked.path("id").asLong());

            world.assertEnds(asked, "disconnected", "closed", SOON);
            world.assertKillConfirmed(asked);
            // A line that was still on its way must not come up afterwards.
            Thread.sleep(300);
            world.assertPathGone(asked.path("tunnel_port").asInt());
            world.assertPortFreed(asked);
        }
    }

    @Test
    void ten_closers_at_once_close_it_once() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        long id = active.path("id").asLong();

        List<Answer> answers =
                all(
                        IntStream.range(0, 10)
                                .mapToObj(i ->
                                        world.operator()
                                                .callLater(
                                                        "DELETE",
                                                        "/api/v1/requests/" + id,
                                                        null,
                                                        Map.of()))
                                .toList());

        assertThat(answers).allMatch(answer -> answer.status() == 204);
        world.assertEnds(active, "disconnected", "closed", SOON);
        world.assertNothingLeft(active);
    }

    @Test
    void of_two_lines_with_one_identity_the_newer_wins_and_the_older_is_ended() throws Exception {
        StockFirewall firewall = world.addStockFirewall("returning", "");
        JsonNode asked = world.operator().open(firewall.id());
        int port = asked.path("tunnel_port").asInt();
        long id = asked.path("id").asLong();
        try (Program older = firewall.tunnel(port)) {
            Eventually.within(SOON, () -> World.assertListensOnLoopbackOnly(port));
            firewall.report(id, "active", older, port);
            world.awaitActive(id);

            try (Program newer = firewall.tunnel(port)) {
                assertThat(older.awaitExit(SOON)).isNotZero();
                firewall.report(id, "active", newer, port);

                Eventually.within(
                        SOON,
                        () -> {
                            World.assertListensOnLoopbackOnly(port);
                            assertThat(newer.isAlive()).isTrue();
                            assertThat(world.operator().request(id).path("status").asText())
                                    .isEqualTo("active");
                        });
                world.assertPageThrough(world.operator().request(id), firewall.page());
                world.operator().close(id);
                world.assertEnds(asked, "disconnected", "closed", SOON);
                firewall.report(id, "disconnected", newer, port);
            }
        }
        world.assertNothingLeft(asked);
    }

    @Test
    void two_agents_with_one_identity_serve_each_request_once() throws Exception {
        FirewallSide firewall = world.addFirewall("twins");
        try (TunnelAgent twin = firewall.agent().twin(world.folder().resolve("twin"))) {
            twin.start();
            for (int i = 0; i < 3; i++) {
                JsonNode active = world.openActive(firewall);
                world.assertPageThrough(active, firewall.page());
                World.assertListensOnLoopbackOnly(active.path("tunnel_port").asInt());
                world.operator().close(active.path("id").asLong());
                world.assertEnds(active, "disconnected", "closed", SOON);
                world.assertNothingLeft(active);
            }
        }
    }

    @Test
    void a_single_instance_runs_on_one_state_folder() throws Exception {
        FirewallSide firewall = world.firewall();
        try (Program second = firewall.agent().launchAgain()) {
            assertThat(second.awaitExit(Duration.ofSeconds(30))).isEqualTo(6);
            assertThat(second.output()).contains("another agent holds");
        }
        assertThat(firewall.agent().program().isAlive()).isTrue();
    }
}
