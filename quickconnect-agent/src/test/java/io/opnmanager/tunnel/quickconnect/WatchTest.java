package io.opnmanager.tunnel.quickconnect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class WatchTest {
    private static final Duration SOON = Duration.ofSeconds(12);

    @TempDir Path folder;

    private ExitCode once(World world) {
        try (Watch watch = world.watch(world.broker())) {
            return watch.once();
        }
    }

    @Test
    void onceWithNothingToDoEndsWithZeroAndTriggersNobody() throws Exception {
        try (World world = new World(folder)) {
            assertThat(once(world)).isEqualTo(ExitCode.NOTHING_TO_DO);
            assertThat(world.triggers).isEmpty();
            assertThat(world.calls.getFirst().body().get("firewall_id").asInt()).isEqualTo(21);
            assertThat(world.calls.getFirst().body().path("wait").asInt(0)).isZero();
            assertThat(world.calls.getFirst().authorization()).isEqualTo("Bearer secret");
        }
    }

    @Test
    void onceWithWorkTriggersTheAgentAndEndsWithTen() throws Exception {
        try (World world = new World(folder)) {
            world.hasRequests = true;
            assertThat(once(world).number()).isEqualTo(10);
            assertThat(world.triggers).containsExactly("checkin\n");
        }
    }

    @Test
    void onceWithoutABrokerEndsWithThree() throws Exception {
        try (World world = new World(folder)) {
            world.stopBroker();
            assertThat(once(world).number()).isEqualTo(3);
        }
    }

    @Test
    void onceWithARefusedCredentialEndsWithFour() throws Exception {
        try (World world = new World(folder)) {
            world.failWith = 401;
            assertThat(once(world).number()).isEqualTo(4);
            assertThat(world.health().get("state").asText()).isEqualTo("credential_refused");
            assertThat(world.health().get("detail").asText())
                    .isEqualTo("status=401 code=no_such_credential detail=go away");
        }
    }

    @Test
    void onceWithoutAnAgentEndsWithFive() throws Exception {
        try (World world = new World(folder)) {
            world.hasRequests = true;
            world.stopAgent();
            assertThat(once(world).number()).isEqualTo(5);
            assertThat(world.health().get("state").asText()).isEqualTo("agent_away");
        }
    }

    @Test
    void anAgentThatSaysErrorWasNotTriggered() throws Exception {
        try (World world = new World(folder)) {
            world.hasRequests = true;
            world.agentSays = "error busy\n";
            assertThat(once(world).number()).isEqualTo(5);
            assertThat(world.health().get("detail").asText())
                    .contains("wanted ok, found 'error busy'");
        }
    }

    @Test
    void workIsNoticedAtOnceWhileTheAnswerIsHeld() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            world.holds = true;
            watch.start();
            await().atMost(SOON).until(() -> world.calls.size() == 1);
            assertThat(world.calls.getFirst().body().get("wait").asInt()).isEqualTo(15);
            Thread.sleep(500);
            long start = System.nanoTime();
            world.hasRequests = true;
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(SOON)
                    .until(() -> !world.triggers.isEmpty());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 200})
    void workThatStaysIsNoHotLoop(long roundTrip) throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            world.roundTrip = roundTrip;
            world.hasRequests = true;
            watch.start();
            Thread.sleep(4000);
            // at 0 (to 0.5), 0.1, 0.3, 0.7, 1.5, 3.1 and, seen late, 6.3 s
            int triggers = world.triggers.size();
            assertThat(triggers).isBetween(3, 7);
            // More may have come since.
            assertThat(world.calls.size() - triggers).isBetween(0, 2);
        }
    }

    @Test
    void newWorkAfterAQuietWhileIsNotHeldUpByTheWorkBefore() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            world.holds = true;
            world.tellsOnce = true;
            watch.start();
            List<Duration> took = new ArrayList<>();
            for (int round = 1; round <= 3; round++) {
                Thread.sleep(1800);
                int before = world.triggers.size();
                long begin = System.nanoTime();
                world.hasRequests = true;
                await().pollInterval(Duration.ofMillis(10))
                        .atMost(SOON)
                        .until(() -> world.triggers.size() > before);
                took.add(Duration.ofNanos(System.nanoTime() - begin));
                world.hasRequests = false;
            }
            // A busy machine may hold up one of them.
            assertThat(took).anyMatch(time -> time.compareTo(Duration.ofMillis(500)) < 0);
        }
    }

    /** A click right after a close. */
    @Test
    void work_right_after_other_work_waits_for_no_pause() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            world.holds = true;
            world.tellsOnce = true;
            watch.start();
            await().atMost(SOON).until(() -> world.calls.size() == 1);
            List<Duration> waits = new ArrayList<>();
            for (int round = 0; round < 6; round++) {
                // A session of a while, so that its close is something new.
                Thread.sleep(500);
                for (int work = 1; work <= 2; work++) {
                    int triggers = 2 * round + work;
                    long start = System.nanoTime();
                    world.hasRequests = true;
                    await().pollInterval(Duration.ofMillis(2))
                            .atMost(SOON)
                            .until(() -> world.triggers.size() == triggers);
                    if (work == 2) {
                        waits.add(Duration.ofNanos(System.nanoTime() - start));
                    }
                }
            }
            // The smallest pause is 100 ms. The best of them, because other work may hold us up.
            assertThat(Collections.min(waits)).isLessThan(Duration.ofMillis(90));
        }
    }

    @Test
    void aBrokerThatDoesNotHoldIsAskedOnceAnInterval() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            watch.start();
            Thread.sleep(5000);
            assertThat(world.calls).hasSizeBetween(2, 4);
        }
    }

    @Test
    void itRecoversAloneWhenTheBrokerComesBack() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            world.stopBroker();
            watch.start();
            await().atMost(SOON).until(() -> world.healthState().equals("broker_away"));
            world.hasRequests = true;
            world.startBroker();
            await().atMost(SOON).until(() -> !world.triggers.isEmpty());
            assertThat(world.healthState()).isEqualTo("ok");
        }
    }

    @Test
    void theHealthFileIsWrittenOnChangeOnly() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            watch.once();
            Files.delete(folder.resolve("health"));
            watch.once();
            assertThat(folder.resolve("health")).doesNotExist();
            world.hasRequests = true;
            world.stopAgent();
            watch.once();
            assertThat(world.healthState()).isEqualTo("agent_away");
        }
    }

    @Test
    void retryAfterIsHonoured() throws Exception {
        try (World world = new World(folder);
                Watch watch = world.watch(world.broker())) {
            world.failWith = 429;
            world.retryAfter = "2";
            watch.start();
            await().atMost(SOON).until(() -> world.calls.size() == 2);
            assertThat(Duration.ofNanos(world.calls.get(1).at() - world.calls.get(0).at()))
                    .isGreaterThan(Duration.ofMillis(1900));
        }
    }
}
