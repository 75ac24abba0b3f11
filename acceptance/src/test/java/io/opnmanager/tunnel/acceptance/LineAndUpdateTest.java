package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.SignedRelease;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** A box from its enrolment line to its second update, with nothing but the real parts. */
class LineAndUpdateTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static SignedRelease publish(SignedRelease release, String version, String run)
            throws IOException {
        String agent =
                Project.read(ShellFirewall.SCRIPT)
                        .replaceFirst("(?m)^VERSION=.*$", "VERSION=" + version)
                        .replaceFirst(
                                "(?m)^run\\(\\) \\{$", Matcher.quoteReplacement("run() {\n" + run));
        return release.publish(
                version,
                Map.of(
                        "installer any install.sh",
                        Project.read(Project.root().resolve("deploy/release/install.sh")),
                        "sh-agent any opnmanager-agent",
                        agent));
    }

    @Test
    void a_box_enrols_by_a_line_takes_a_good_version_and_comes_back_from_a_bad_one()
            throws Exception {
        Path folder = DatabaseServer.FOLDER.resolve("line-and-update-release");
        Folders.delete(folder);
        SignedRelease release = publish(SignedRelease.in(folder), "1.0.0", "");
        try (World world =
                World.named("line-and-update")
                        .release(release)
                        .with("opnmanager.firewall.checkin-interval", "5s")
                        .start()) {
            long id = world.operator().createFirewall("box", "https://localhost:443");
            Path root = Files.createDirectories(world.folder().resolve("box/root"));
            Path home = root.resolveSibling("home");
            Files.createDirectories(home);
            Map<String, String> box =
                    Map.of(
                            "OPNMANAGER_ROOT",
                            root.toString(),
                            "HOME",
                            home.toString(),
                            "OPNMANAGER_UPDATE_LIMIT",
                            "5");
            try {
                awaitServed(world, "1.0.0");
                Script.Ended pasted =
                        Script.run(home, box, LIMIT, List.of("tcsh", "-f", "-c", line(world, id)));
                assertThat(pasted.code()).as(pasted.output()).isZero();
                assertThat(world.operator().firewall(id).path("enrolled").asBoolean()).isTrue();
                agent(root, box, "updates", "on");
                // The installer did so unless the box starts it in its own way.
                agent(root, box, "run", "--detach");

                release(world, release, "2.0.0", "");
                Eventually.within(
                        LIMIT,
                        () -> {
                            JsonNode update = update(world, id);
                            assertThat(update.path("state").asText()).isEqualTo("confirmed");
                            assertThat(update.path("agent_version").asText()).isEqualTo("sh-2.0.0");
                        });

                release(world, release, "3.0.0", "    exit 1\n");
                Eventually.within(
                        LIMIT,
                        () -> {
                            JsonNode update = update(world, id);
                            assertThat(update.path("state").asText()).isEqualTo("went_back");
                            assertThat(update.path("version").asText()).isEqualTo("3.0.0");
                            assertThat(update.path("agent_version").asText()).isEqualTo("sh-2.0.0");
                        });
                assertThat(agent(root, box, "--version")).contains("2.0.0");
            } finally {
                agent(root, box, "remove");
            }
        }
    }

    private static String line(World world, long id) throws Exception {
        Answer made =
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/firewalls/" + id + "/enrolment-line",
                                OperatorClient.object().put("kind", "opnsense"));
        assertThat(made.status()).as(made.text()).isEqualTo(200);
        return made.body().path("line").asText();
    }

    private static String agent(Path root, Map<String, String> box, String... words)
            throws Exception {
        Path installed = root.resolve("usr/local/sbin/opnmanager-agent");
        Path elsewhere = root.resolve("usr/sbin/opnmanager-agent");
        List<String> command = new ArrayList<>();
        command.add((Files.exists(installed) ? installed : elsewhere).toString());
        command.addAll(List.of(words));
        Script.Ended ended = Script.run(root, box, LIMIT, command);
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output();
    }

    /** Lets it out to everybody, as soon as the broker has seen that it is there. */
    private static void release(World world, SignedRelease release, String version, String run)
            throws Exception {
        var _ = publish(release, version, run);
        Eventually.within(
                Duration.ofSeconds(30),
                () -> {
                    Answer begun =
                            world.operator()
                                    .call(
                                            "PUT",
                                            "/api/v1/rollout",
                                            OperatorClient.object()
                                                    .put("percentage", 100)
                                                    .put("halted", false)
                                                    .put("version", version));
                    assertThat(begun.status()).as(begun.text()).isEqualTo(200);
                });
    }

    private static void awaitServed(World world, String version) {
        Eventually.within(
                Duration.ofSeconds(30),
                () -> {
                    Answer list = world.nobody().call("GET", "/api/release/release.txt", null);
                    assertThat(list.text()).contains("version " + version);
                });
    }

    private static JsonNode update(World world, long id) throws Exception {
        Answer answer = world.operator().call("GET", "/api/v1/firewalls/" + id + "/update", null);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.body();
    }
}
