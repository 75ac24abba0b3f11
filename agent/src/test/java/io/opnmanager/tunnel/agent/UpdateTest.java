package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class UpdateTest {
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir Path folder;

    private Path wanted;
    private Path outcome;

    @BeforeEach
    void names() throws Exception {
        wanted = folder.resolve("state/update-wanted");
        outcome = Files.createDirectories(folder.resolve("state-update")).resolve("update-outcome");
    }

    private static JsonNode nextReport(World world) throws Exception {
        int before = world.broker.calls("agent_checkin").size();
        world.trigger();
        await().atMost(SOON).until(() -> world.broker.calls("agent_checkin").size() > before);
        return world.broker.calls("agent_checkin").getLast().body().get("update");
    }

    /** What the answer of one check-in leads to is done before the next one. */
    private static void settled(World world) throws Exception {
        nextReport(world);
        nextReport(world);
    }

    @Test
    void switchedOffItSaysSoAndAsksForNothing() throws Exception {
        try (World world = new World(folder)) {
            world.broker.offer = "2.0.0";
            world.startAgent();
            settled(world);
            assertThat(nextReport(world))
                    .hasToString(
                            "{\"enabled\":false,\"version\":null,\"state\":\"none\",\"detail\":null}");
            assertThat(wanted).doesNotExist();
            assertThat(folder.resolve("state/checked-in")).hasContent("1.0");
        }
    }

    @Test
    void anOfferIsWrittenForRootAndItsOutcomeIsTold() throws Exception {
        try (World world = new World(folder)) {
            world.updates = true;
            world.broker.offer = "2.0.0";
            world.startAgent();
            settled(world);
            assertThat(wanted).hasContent("2.0.0");
            assertThat(nextReport(world).get("state").asText()).isEqualTo("trying");

            Files.writeString(outcome, "went_back 2.0.0 no check-in within 300 s\n");
            JsonNode report = nextReport(world);
            assertThat(report.get("state").asText()).isEqualTo("went_back");
            assertThat(report.get("version").asText()).isEqualTo("2.0.0");
            assertThat(report.get("detail").asText()).isEqualTo("no check-in within 300 s");
            settled(world);
            assertThat(wanted).as("it is not tried again").doesNotExist();

            world.broker.offer = "2.0.1";
            settled(world);
            assertThat(wanted).hasContent("2.0.1");
        }
    }

    @Test
    void aLiveTunnelIsNotCutOff() throws Exception {
        try (World world = new World(folder)) {
            world.updates = true;
            world.startAgent();
            world.ask(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "active").isEmpty());
            world.broker.offer = "2.0.0";
            settled(world);
            assertThat(wanted).doesNotExist();

            world.broker.kill(7);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(7, "disconnected").isEmpty());
            settled(world);
            assertThat(wanted).hasContent("2.0.0");

            world.ask(8);
            world.trigger();
            await().atMost(SOON).until(() -> !world.broker.reports(8, "active").isEmpty());
            settled(world);
            assertThat(wanted).as("taken back").doesNotExist();
        }
    }

    @Test
    void whatIsNoVersionIsPassedOver() throws Exception {
        try (World world = new World(folder)) {
            world.updates = true;
            world.broker.offer = "2.0.0; reboot";
            world.startAgent();
            settled(world);
            assertThat(wanted).doesNotExist();
            Files.writeString(outcome, "gone ../../etc x");
            assertThat(nextReport(world).get("state").asText()).isEqualTo("none");
        }
    }
}
