package io.opnmanager.tunnel.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The other end dies, freezes or is cut off in the middle of a session. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SilenceTest {

    /** Protocol §3: a dead peer is noticed in 15 s. */
    private static final Duration NOTICED = Duration.ofSeconds(30);

    private static final Duration SOON = Eventually.SOON;

    private World world;

    @BeforeAll
    void start() throws Exception {
        // The probe stays at its 60 s: it is the keepalive that has to notice.
        world =
                World.named("silence")
                        .with("opnmanager.firewall.checkin-interval", "10s")
                        .firewalls(1)
                        .start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void the_agent_is_killed_and_its_successor_works_at_once() throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode active = world.openActive(firewall);

        firewall.agent().program().kill();

        world.assertEnds(active, "disconnected", "line_lost", SOON);
        world.assertPortFreed(active);
        firewall.agent().start();
        world.assertKillConfirmed(active);
        assertWorks(firewall);
    }

    @Test
    void the_agent_is_frozen_and_learns_of_the_end_when_it_thaws() throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode active = world.openActive(firewall);

        firewall.agent().program().freeze();
        try {
            world.assertEnds(active, "disconnected", "line_lost", NOTICED);
            world.assertPortFreed(active);
        } finally {
            firewall.agent().program().thaw();
        }
        world.assertKillConfirmed(active);
        assertWorks(firewall);
    }

    @Test
    void the_network_swallows_everything_and_comes_back() throws Exception {
        FirewallSide firewall = world.firewall();
        JsonNode active = world.openActive(firewall);

        world.network().cut();
        try {
            world.assertEnds(active, "disconnected", "line_lost", NOTICED);
            world.assertNothingLeft(active);
        } finally {
            world.network().heal();
        }
        assertWorks(firewall);
    }

    @Test
    void the_network_is_dead_from_the_beginning() throws Exception {
        FirewallSide firewall = world.firewall();
        world.network().cut();
        try {
            JsonNode asked = world.operator().open(firewall.id());
            world.assertEnds(asked, "timeout", "agent_failed", Duration.ofSeconds(45));
            world.assertNothingLeft(asked);
        } finally {
            world.network().heal();
        }
        assertWorks(firewall);
    }

    @Test
    void the_quickconnect_agent_is_killed_and_the_agents_own_checkin_takes_its_place()
            throws Exception {
        FirewallSide firewall = world.firewall();
        firewall.quickconnect().program().kill();
        try {
            JsonNode active = world.openActive(firewall);
            world.assertPageThrough(active, firewall.page());
            world.operator().close(active.path("id").asLong());
            world.assertEnds(active, "disconnected", "closed", SOON);
            world.assertNothingLeft(active);
        } finally {
            firewall.quickconnect().start();
        }
        assertWorks(firewall);
    }

    private void assertWorks(FirewallSide firewall) throws Exception {
        JsonNode active = world.openActive(firewall);
        world.assertPageThrough(active, firewall.page());
        world.operator().close(active.path("id").asLong());
        world.assertEnds(active, "disconnected", "closed", SOON);
        world.assertNothingLeft(active);
    }
}
