package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.TunnelClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Sessions that nobody wants or nobody uses. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NobodyIsThereTest {

    private World world;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("nobody")
                        .with("opnmanager.request.heartbeat", "1s")
                        .with("opnmanager.request.heartbeat-missed", "4s")
                        .with("opnmanager.request.idle", "8s")
                        .firewalls(1)
                        .start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void nobody_says_that_it_is_wanted() throws Exception {
        JsonNode active = world.openActive(world.firewall());

        world.assertEnds(active, "disconnected", "heartbeat_missed", Duration.ofSeconds(15));
        world.assertNothingLeft(active);
    }

    @Test
    void it_is_wanted_but_no_byte_goes_through() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        long id = active.path("id").asLong();
        long begin = System.nanoTime();
        // The broker's own probes, one a second, are no use of it.
        while (world.operator().heartbeat(id, false)) {
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(25));
            Thread.sleep(500);
        }

        JsonNode ended = world.assertEnds(active, "disconnected", "idle", Eventually.SOON);
        assertThat(World.activeFor(ended)).isGreaterThanOrEqualTo(Duration.ofSeconds(8));
        world.assertNothingLeft(active);
    }

    @Test
    void one_that_is_wanted_and_used_goes_on() throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode active = world.openActive(firewall);
        long id = active.path("id").asLong();
        try (var client =
                new TunnelClient(
                        active.path("tunnel_port").asInt(), firewall.page().fingerprint())) {
            long end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
            while (System.nanoTime() < end) {
                assertThat(client.read("/").statusCode()).isEqualTo(200);
                assertThat(world.operator().heartbeat(id, false)).isTrue();
                Thread.sleep(500);
            }
        }
        world.operator().close(id);
        world.assertNothingLeft(active);
    }

    @Test
    void it_is_wanted_but_its_page_no_longer_answers() throws Exception {
        FirewallPage page = world.firewall().page();
        JsonNode active = world.openActive(world.firewall());
        long id = active.path("id").asLong();
        page.stop();
        try {
            long begin = System.nanoTime();
            while (world.operator().heartbeat(id, false)) {
                assertThat(Duration.ofNanos(System.nanoTime() - begin))
                        .isLessThan(Duration.ofSeconds(25));
                Thread.sleep(300);
            }
            world.assertEnds(active, "disconnected", "probe_failed", Eventually.SOON);
            world.assertNothingLeft(active);
        } finally {
            page.startAgain();
        }
    }
}
