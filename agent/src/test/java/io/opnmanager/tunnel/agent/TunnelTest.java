package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.agent.transport.Identity;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class TunnelTest {
    private static final Duration SOON = Duration.ofSeconds(12);

    @TempDir Path folder;

    @Test
    void bytesFlowBothWaysThroughARealOpenSshServer() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            assertThat(world.trigger()).isEqualTo("ok\n");
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            JsonNode report = world.broker.reports(7, "active").getFirst();
            assertThat(report.get("tunnel_port").asInt()).isEqualTo(port);
            assertThat(report.get("tunnel_pid").asLong()).isEqualTo(ProcessHandle.current().pid());

            byte[] sent = new byte[3_000_000];
            new Random(1).nextBytes(sent);
            assertThat(World.echo(port, sent)).isEqualTo(sent);
            assertThat(world.broker.calls)
                    .allMatch(c -> ("Bearer " + BrokerDouble.TOKEN).equals(c.authorization()));
        }
    }

    @Test
    void itIsUpSoonAfterTheTriggerAtTheMedian() throws Exception {
        try (World world = new World(folder).startAgent()) {
            await().atMost(SOON).until(() -> !world.broker.calls("agent_checkin").isEmpty());
            List<Long> millis = new ArrayList<>();
            for (long id = 100; id < 109; id++) {
                long request = id;
                world.ask(id);
                long start = System.nanoTime();
                world.trigger();
                await().pollInterval(Duration.ofMillis(5))
                        .atMost(SOON)
                        .until(() -> !world.broker.reports(request, "active").isEmpty());
                millis.add((System.nanoTime() - start) / 1_000_000);
            }
            System.out.println("trigger to active, ms: " + millis);
            assertThat(millis.stream().sorted().toList().get(millis.size() / 2)).isLessThan(2_000L);
        }
    }

    @Test
    void theSameRequestHandedOutAgainIsOneConnection() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            for (int i = 0; i < 5; i++) {
                world.trigger();
                world.broker.ask(7, port, "localhost", world.target.port(), world.ssh.port());
            }
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            world.broker.ask(7, port, "localhost", world.target.port(), world.ssh.port());
            world.trigger();
            await().atMost(SOON).until(() -> world.broker.reports(7, "active").size() > 1);
            long sessions =
                    world.ssh.sessions().stream().filter(s -> s.parent().isPresent()).count();
            // sshd has one or two processes a connection, as it drops privileges or not
            assertThat(sessions).isBetween(1L, 2L);
            assertThat(world.broker.reports(7, "failed")).isEmpty();
        }
    }

    @Test
    void anEndedRequestIsKilledAndTheKillConfirmedWhenNothingListensAnyMore() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            world.broker.kill(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "disconnected").isEmpty());
            await().atMost(SOON).until(() -> !World.listens(port));
        }
    }

    @Test
    void aKillOfWhatIsNotHeldIsConfirmed() throws Exception {
        try (World world = new World(folder).startAgent()) {
            world.broker.kill(99);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(99, "disconnected").isEmpty());
        }
    }

    @Test
    void aTargetOutsideTheLocalListIsRefusedWithoutDialling() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = OpenSshServer.freePort();
            world.broker.ask(7, port, "169.254.169.254", 80, world.ssh.port());
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "failed").isEmpty());
            assertThat(world.broker.reports(7, "failed").getFirst().get("detail").asText())
                    .isEqualTo(
                            "target 169.254.169.254:80 is not in agent.targets of this firewall");
            assertThat(World.listens(port)).isFalse();
        }
    }

    @Test
    void anotherHostKeyThanTheEnrolledOneIsRefused() throws Exception {
        try (World world = new World(folder, Identity.make().publicLine()).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "failed").isEmpty());
            assertThat(world.broker.reports(7, "failed").getFirst().get("detail").asText())
                    .startsWith(
                            "the SSH host key is not one that was pinned at enrolment, found SHA256:");
            assertThat(World.listens(port)).isFalse();
        }
    }

    @Test
    void aLostLineIsDialledAgainWhileTheBrokerWantsIt() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            world.ssh.dropSessions();
            await().atMost(SOON).until(() -> world.broker.reports(7, "active").size() == 2);
            assertThat(World.echo(port, new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
        }
    }

    @Test
    void aLostLineThatNobodyWantsIsReportedAndNotDialledAgain() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            world.broker.wanted.put(7L, false);
            world.ssh.dropSessions();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "disconnected").isEmpty());
            assertThat(World.listens(port)).isFalse();
            assertThat(world.broker.calls("tunnel_heartbeat")).hasSize(1);
        }
    }

    @Test
    void anIdleLineOutlivesEveryKeepalive() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            // Longer than three unanswered keepalives would take.
            Thread.sleep(13_500);
            assertThat(World.echo(port, new byte[] {1, 2, 3})).containsExactly(1, 2, 3);
            assertThat(world.broker.reports(7, "active")).hasSize(1);
            assertThat(world.broker.calls("tunnel_heartbeat")).isEmpty();
        }
    }

    @Test
    void aFrozenPeerIsNoticed() throws Exception {
        try (World world = new World(folder).startAgent()) {
            world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            world.broker.wanted.put(7L, false);
            world.ssh.freeze();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !world.broker.reports(7, "disconnected").isEmpty());
            assertThat(world.broker.reports(7, "disconnected").getFirst().get("detail").asText())
                    .contains("heartbeat requests without reply");
        }
    }

    @Test
    void stoppingClosesTunnelsTellsTheBrokerAndRemovesTheSocketSoon() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            long start = System.nanoTime();
            world.stopAgent();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
            assertThat(world.broker.reports(7, "disconnected")).hasSize(1);
            assertThat(world.state.resolve("agent.sock")).doesNotExist();
            await().atMost(SOON).until(() -> !World.listens(port));
        }
    }

    @Test
    void aKeyThatTheFarEndDoesNotKnowFailsAtOnce() throws Exception {
        try (World world = new World(folder)) {
            java.nio.file.Files.write(
                    world.state.resolve("id_ed25519"), Identity.make().privateFile());
            world.startAgent();
            world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "failed").isEmpty());
            assertThat(world.broker.reports(7, "failed").getFirst().get("detail").asText())
                    .isEqualTo("the broker's SSH server refused this firewall's key");
        }
    }
}
