package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.TunnelClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** From click to page and back to nothing, with our agents. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeFlowTest {

    private static final Duration SOON = Eventually.SOON;

    private World world;

    @BeforeAll
    void start() throws Exception {
        world = World.named("flow").firewalls(2).start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void a_request_becomes_active_shows_the_page_and_leaves_nothing_when_it_is_closed()
            throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode asked = world.operator().open(firewall.id());
        assertThat(asked.path("status").asText()).isEqualTo("pending");
        assertThat(asked.path("tunnel_port").asInt())
                .isBetween(world.ports().first(), world.ports().last());

        JsonNode active = world.awaitActive(asked.path("id").asLong());

        assertThat(active.path("tunnel_pid").asLong()).isEqualTo(firewall.agent().program().pid());
        assertThat(active.path("target").asText()).isEqualTo(firewall.page().target());
        assertThat(active.hasNonNull("tunnel_started_at")).isTrue();
        assertThat(active.hasNonNull("expires_at")).isTrue();
        World.assertListensOnLoopbackOnly(active.path("tunnel_port").asInt());
        world.assertPageThrough(active, firewall.page());

        world.operator().close(active.path("id").asLong());

        world.assertEnds(active, "disconnected", "closed", SOON);
        world.assertNothingLeft(active);
    }

    @Test
    void bytes_arrive_as_they_were_sent_in_both_directions() throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode active = world.openActive(firewall);
        byte[] sent = new byte[5 * 1024 * 1024];
        new Random(21).nextBytes(sent);
        try (var client =
                new TunnelClient(
                        active.path("tunnel_port").asInt(), firewall.page().fingerprint())) {
            assertThat(client.echo(sent)).isEqualTo(sent);
        }
        long id = active.path("id").asLong();
        Eventually.within(
                SOON,
                () -> {
                    JsonNode counted = world.operator().request(id);
                    assertThat(counted.path("bytes_in").asLong()).isGreaterThan((long) sent.length);
                    assertThat(counted.path("bytes_out").asLong())
                            .isGreaterThan((long) sent.length);
                });
        world.operator().close(id);
        world.assertNothingLeft(active);
    }

    @Test
    void twenty_tunnels_one_after_the_other_work_like_the_first() throws Exception {
        FirewallSide firewall = world.firewall();
        List<Long> milliseconds = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long begin = System.nanoTime();
            JsonNode active = world.openActive(firewall);
            milliseconds.add((System.nanoTime() - begin) / 1_000_000);
            world.assertPageThrough(active, firewall.page());
            world.operator().close(active.path("id").asLong());
            world.assertEnds(active, "disconnected", "closed", SOON);
        }
        assertThat(milliseconds.stream().sorted().toList().get(10))
                .as("median of %s ms", milliseconds)
                .isLessThan(5_000);
    }

    @Test
    void two_firewalls_at_once_show_each_its_own_page() throws Exception {
        FirewallSide one = world.firewall();
        FirewallSide two = world.firewall(1);
        JsonNode first = world.openActive(one);
        JsonNode second = world.openActive(two);
        assertThat(first.path("tunnel_port")).isNotEqualTo(second.path("tunnel_port"));
        world.assertPageThrough(first, one.page());
        world.assertPageThrough(second, two.page());

        world.operator().close(first.path("id").asLong());
        world.assertEnds(first, "disconnected", "closed", SOON);

        world.assertPageThrough(second, two.page());
        world.operator().close(second.path("id").asLong());
        world.assertNothingLeft(second);
    }

    @Test
    void the_audit_says_who_opened_and_closed_it() throws Exception {
        JsonNode active = world.openActive(world.firewall());
        long id = active.path("id").asLong();
        world.operator().close(id);
        world.assertKillConfirmed(active);

        String actor = "operator:" + world.broker().administrator().name();
        JsonNode entries = world.operator().audit("request:" + id);
        List<String> acts = new ArrayList<>();
        entries.forEach(entry -> {
            if (entry.path("actor").asText().equals(actor)) {
                acts.add(entry.path("action").asText() + " " + entry.path("result").asText());
            }
        });
        assertThat(acts).containsExactly("request.end done", "request.open done");
    }

    @Test
    void no_secret_is_on_a_command_line_or_in_a_log() throws Exception {
        String password = world.broker().administrator().password();
        String databasePassword = world.broker().database().password();
        for (var program :
                List.of(
                        world.broker().program(),
                        world.firewall().agent().program(),
                        world.firewall().quickconnect().program())) {
            String line =
                    new String(
                            Files.readAllBytes(Path.of("/proc/" + program.pid() + "/cmdline")),
                            StandardCharsets.UTF_8);
            assertThat(line).doesNotContain(password).doesNotContain(databasePassword);
            assertThat(program.output()).doesNotContain(password).doesNotContain(databasePassword);
        }
    }
}
