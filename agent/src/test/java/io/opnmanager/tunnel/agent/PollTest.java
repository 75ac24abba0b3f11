package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opnmanager.tunnel.agent.poll.AlreadyRunning;
import io.quarkus.test.junit.QuarkusTest;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class PollTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path folder;

    @Test
    void aSecondAgentWithTheSameStateIsRefused() throws Exception {
        try (World world = new World(folder).startAgent()) {
            assertThatThrownBy(() -> Agent.start(world.configuration(), "1"))
                    .isInstanceOf(AlreadyRunning.class)
                    .hasMessageContaining("another agent holds");
            assertThat(world.trigger()).isEqualTo("ok\n");
        }
    }

    @Test
    void theSocketIsForTheGroupAndTakesOneWordOnly() throws Exception {
        try (World world = new World(folder).startAgent()) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(
                                            world.state.resolve("agent.sock"))))
                    .isEqualTo("rw-rw----");
            assertThat(world.say("reboot\n")).isEqualTo("error wanted: checkin\n");
            assertThat(world.say("x".repeat(64))).isEqualTo("error wanted: checkin\n");
            assertThat(world.say("checkin\r\n")).isEqualTo("ok\n");
        }
    }

    @Test
    void aSilentCallerIsSentAwayAndTooManyAreBusy() throws Exception {
        try (World world = new World(folder).startAgent()) {
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(world.state.resolve("agent.sock")));
                silent.add(channel);
            }
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(SOON)
                    .until(() -> "error busy\n".equals(busyOr(world)));
            await().atMost(SOON).until(() -> "ok\n".equals(busyOr(world)));
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    private static String busyOr(World world) {
        try {
            return world.trigger();
        } catch (Exception closedWhileWriting) {
            return "error busy\n";
        }
    }

    @Test
    void theSocketOfADeadAgentIsReplaced() throws Exception {
        try (World world = new World(folder)) {
            try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                dead.bind(UnixDomainSocketAddress.of(world.state.resolve("agent.sock")));
            }
            assertThat(world.state.resolve("agent.sock")).exists();
            world.startAgent();
            assertThat(world.trigger()).isEqualTo("ok\n");
        }
    }

    @Test
    void triggersThatComeTogetherAreFewCheckins() throws Exception {
        try (World world = new World(folder).startAgent()) {
            await().atMost(SOON).until(() -> !world.broker.calls("agent_checkin").isEmpty());
            // None is answered while they come.
            world.broker.answers.acquire();
            for (int i = 0; i < 50; i++) {
                world.trigger();
            }
            world.broker.answers.release();
            await().atMost(SOON).until(() -> world.broker.calls("agent_checkin").size() >= 2);
            Thread.sleep(300);
            assertThat(world.broker.calls("agent_checkin").size()).isBetween(2, 4);
        }
    }

    @Test
    void retryAfterIsHonouredEvenWhenTriggered() throws Exception {
        try (World world = new World(folder)) {
            world.broker.failWith = 429;
            world.broker.retryAfter = "2";
            world.startAgent();
            await().atMost(SOON).until(() -> !world.broker.calls("agent_checkin").isEmpty());
            world.broker.failWith = 0;
            world.trigger();
            await().atMost(SOON).until(() -> world.broker.calls("agent_checkin").size() >= 2);
            List<BrokerDouble.Call> calls = world.broker.calls("agent_checkin");
            assertThat(Duration.ofNanos(calls.get(1).at() - calls.get(0).at()))
                    .isGreaterThan(Duration.ofMillis(1900));
        }
    }

    @Test
    void aRevokedCredentialIsTriedAgainSlowlyAndHeals() throws Exception {
        try (World world = new World(folder)) {
            world.broker.failWith = 401;
            world.startAgent();
            await().atMost(SOON).until(() -> !world.broker.calls("agent_checkin").isEmpty());
            Thread.sleep(1000);
            assertThat(world.broker.calls("agent_checkin").size()).isLessThan(4);
            world.broker.failWith = 0;
            world.ask(7);
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
        }
    }

    @Test
    void aCheckinTellsWhatIsHeld() throws Exception {
        try (World world = new World(folder).startAgent()) {
            int port = world.ask(7);
            world.trigger();
            await().atMost(SOON)
                    .until(() ->
                            world.broker.calls("agent_checkin").stream()
                                    .anyMatch(c -> c.body().get("tunnels").size() == 1));
            var held = world.broker.calls("agent_checkin").getLast().body().get("tunnels").get(0);
            assertThat(held.get("request_id").asLong()).isEqualTo(7);
            assertThat(held.get("tunnel_port").asInt()).isEqualTo(port);
            assertThat(
                            world.broker
                                    .calls("agent_checkin")
                                    .getLast()
                                    .body()
                                    .get("firewall_id")
                                    .asInt())
                    .isEqualTo(21);
        }
    }
}
