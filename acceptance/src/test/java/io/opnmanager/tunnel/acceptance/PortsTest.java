package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A port is nobody's for a while after its session, so that nobody lands on the wrong firewall. */
class PortsTest {

    @Test
    void the_only_port_is_refused_while_in_use_and_in_quarantine_and_given_again_after_it()
            throws Exception {
        try (World world =
                World.named("ports")
                        .ports(1)
                        .with("opnmanager.ports.quarantine", "5s")
                        .firewalls(1)
                        .start()) {
            ObjectNode other =
                    OperatorClient.object()
                            .put("firewall_id", world.firewall().id())
                            .put("target", "tcp://127.0.0.1:22");
            JsonNode active = world.openActive(world.firewall());
            assertRefused(world, other);

            long closing = System.nanoTime();
            world.operator().close(active.path("id").asLong());

            assertRefused(world, other);
            Eventually.within(
                    Duration.ofSeconds(20),
                    () ->
                            assertThat(
                                            world.operator()
                                                    .call("POST", "/api/v1/requests", other)
                                                    .status())
                                    .isEqualTo(202));
            assertThat(Duration.ofNanos(System.nanoTime() - closing))
                    .isGreaterThan(Duration.ofSeconds(4));
        }
    }

    private static void assertRefused(World world, ObjectNode ask) throws Exception {
        Answer answer = world.operator().call("POST", "/api/v1/requests", ask);
        assertThat(answer.code()).isEqualTo("no_port_free");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
}
