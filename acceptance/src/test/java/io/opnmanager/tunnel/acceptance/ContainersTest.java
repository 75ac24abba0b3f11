package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.opnmanager.tunnel.acceptance.Dockerfile.Instruction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can be said of {@code deploy/containers} without an engine: rules for Dockerfiles, and what
 * docker-compose itself makes of {@code compose.yaml}.
 */
class ContainersTest {

    private static final Path FOLDER = Project.root().resolve("deploy/containers");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** A tag that is a version of at least two numbers. */
    private static final String PINNED = "[a-z0-9./-]+:\\d+\\.\\d+[A-Za-z0-9._-]*";

    private static final String SECRET = "(?i).*(password|secret|token|credential|key).*";
    private static final Set<String> INSTRUCTIONS =
            Set.of(
                    "FROM",
                    "SHELL",
                    "RUN",
                    "COPY",
                    "ENV",
                    "WORKDIR",
                    "USER",
                    "VOLUME",
                    "EXPOSE",
                    "HEALTHCHECK",
                    "ENTRYPOINT",
                    "CMD");

    @TempDir Path temporary;

    static Stream<Dockerfile> dockerfiles() throws IOException {
        return Project.files("deploy/containers", name -> name.endsWith(".Dockerfile")).stream()
                .map(Dockerfile::read);
    }

    /** The services of compose.yaml as docker-compose understands them. */
    private JsonNode services() throws Exception {
        Script.Ended ended = config(FOLDER.resolve("compose.yaml"));
        assertThat(ended.code()).as(ended.output()).isZero();
        return new YAMLMapper().readTree(ended.output()).path("services");
    }

    private Script.Ended config(Path file) throws Exception {
        List<String> command = new ArrayList<>(compose());
        command.addAll(List.of("-f", file.toString(), "--profile", "firewall", "config"));
        return Script.run(FOLDER, Map.of("SECRETS", temporary.toString()), LIMIT, command);
    }

    /** Either of its two forms. */
    private static List<String> compose() throws Exception {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "docker-compose"))) {
                return List.of("docker-compose");
            }
        }
        return List.of("docker", "compose");
    }

    private static JsonNode json(String text) {
        try {
            return new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("wanted the form with brackets, found " + text, e);
        }
    }

    @Test
    void every_program_has_an_image() throws IOException {
        assertThat(dockerfiles().map(Dockerfile::name))
                .containsExactly(
                        "agent.Dockerfile",
                        "broker.Dockerfile",
                        "quickconnect-agent.Dockerfile",
                        "tunnelctl.Dockerfile");
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void instructions_are_those_that_these_rules_know(Dockerfile file) {
        assertThat(file.instructions())
                .extracting(Instruction::word)
                .as("ADD fetches, ARG ends up in layers, ONBUILD surprises")
                .isSubsetOf(INSTRUCTIONS);
        assertThat(file.instructions().getFirst().word()).isEqualTo("FROM");
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void what_it_is_built_on_has_a_version(Dockerfile file) {
        assertThat(file.all("FROM"))
                .extracting(from -> from.arguments().getFirst())
                .allSatisfy(image -> assertThat(image).matches(PINNED));
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void it_runs_as_a_user_without_rights_and_says_how_it_is(Dockerfile file) {
        Dockerfile image = file.image();

        assertThat(image.all("USER")).extracting(Instruction::rest).containsExactly("10001:10001");
        int user = image.instructions().indexOf(image.all("USER").getFirst());
        assertThat(image.instructions().subList(user, image.instructions().size()))
                .extracting(Instruction::word)
                .as("nothing is put into the image after that")
                .doesNotContain("RUN", "COPY");
        assertThat(image.all("HEALTHCHECK")).hasSize(1);
        assertThat(image.all("HEALTHCHECK").getFirst().rest())
                .contains("--interval=", "--timeout=", "--start-period=", "--retries=", " CMD ");
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void its_shell_lines_are_right_and_fetch_nothing(Dockerfile file) throws Exception {
        Dockerfile image = file.image();
        assertThat(image.all("SHELL"))
                .extracting(Instruction::rest)
                .containsExactly("[\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]");
        List<String> lines =
                new ArrayList<>(image.all("RUN").stream().map(Instruction::rest).toList());
        lines.add(image.all("HEALTHCHECK").getFirst().rest().replaceFirst(".* CMD ", ""));
        for (String line : lines) {
            assertThat(line).doesNotContain("curl", "wget", "apt", "http:", "https:", "sudo");
            Script.Ended read =
                    Script.run(temporary, Map.of(), LIMIT, List.of("bash", "-n", "-c", line));
            assertThat(read.code()).as(read.output()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void it_starts_java_itself_so_that_signals_arrive(Dockerfile file) {
        JsonNode start = json(file.image().all("ENTRYPOINT").getFirst().rest());
        List<String> words = new ArrayList<>();
        start.forEach(word -> words.add(word.asText()));

        assertThat(words)
                .startsWith("java")
                .contains("-XX:MaxRAMPercentage=60", "-Djava.io.tmpdir=/tmp", "-jar");
        String program = file.name().replace(".Dockerfile", "");
        assertThat(words.getLast()).isEqualTo("/opt/" + program + "/quarkus-run.jar");
        file.image()
                .all("CMD")
                .forEach(command -> assertThat(json(command.rest()).isArray()).isTrue());
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void it_holds_the_built_program_and_nothing_else(Dockerfile file) throws Exception {
        String service = file.name().replace(".Dockerfile", "");
        Path context = Path.of(services().path(service).path("build").path("context").asText());
        Set<String> copied = new TreeSet<>();
        Set<String> stages = new HashSet<>();
        file.all("FROM").stream()
                .map(Instruction::arguments)
                .filter(words -> words.size() == 3)
                .forEach(words -> stages.add(words.getLast()));
        for (Instruction copy : file.image().all("COPY")) {
            if (copy.rest().startsWith("--from=")) {
                assertThat(stages).contains(copy.rest().substring(7).split(" ", 2)[0]);
                continue;
            }
            List<String> words = copy.arguments();
            for (String source : words.subList(0, words.size() - 1)) {
                assertThat(context.resolve(source)).exists();
                copied.add(source.replace("/", ""));
            }
            assertThat(words.getLast()).startsWith("/opt/" + service + "/");
        }

        assertThat(context).endsWith(Path.of("target", "quarkus-app"));
        try (var built = Files.list(context)) {
            assertThat(built.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(copied);
        }
    }

    @ParameterizedTest
    @MethodSource("dockerfiles")
    void no_secret_has_a_place_in_it(Dockerfile file) {
        assertThat(file.all("ENV")).allSatisfy(env -> assertThat(env.rest()).doesNotMatch(SECRET));
        assertThat(file.all("RUN")).allSatisfy(run -> assertThat(run.rest()).doesNotMatch(SECRET));
    }

    @Test
    void all_images_have_the_same_java() throws IOException {
        assertThat(
                        dockerfiles()
                                .map(file -> file.instructions().subList(0, 2).toString())
                                .distinct())
                .hasSize(1);
    }

    @Test
    void compose_takes_the_file_and_would_not_take_a_wrong_one() throws Exception {
        assertThat(services().properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder(
                        "database", "echo", "broker", "tunnelctl", "agent", "quickconnect-agent");

        String right = Files.readString(FOLDER.resolve("compose.yaml"));
        Path wrong = temporary.resolve("wrong.yaml");
        Files.writeString(wrong, right.replace("mem_limit: 1g", "memory: 1g"));
        assertThat(config(wrong).code()).isNotZero();
    }

    @Test
    void every_container_is_locked_down() throws Exception {
        Map<String, Dockerfile> images = new TreeMap<>();
        dockerfiles().forEach(file -> images.put(file.name().replace(".Dockerfile", ""), file));
        for (Map.Entry<String, JsonNode> entry : services().properties()) {
            String name = entry.getKey();
            JsonNode service = entry.getValue();
            boolean ours = images.containsKey(name);

            assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
            assertThat(service.path("cap_drop").toString()).as(name).isEqualTo("[\"ALL\"]");
            assertThat(service.path("cap_add").isMissingNode()).as(name).isTrue();
            assertThat(service.path("privileged").asBoolean()).as(name).isFalse();
            assertThat(service.path("network_mode").isMissingNode()).as(name).isTrue();
            assertThat(service.path("security_opt").toString())
                    .as(name)
                    .contains("no-new-privileges:true");
            assertThat(service.path("mem_limit").asText()).as(name).isNotEmpty();
            assertThat(service.path("pids_limit").asInt()).as(name).isPositive();
            assertThat(service.path("logging").path("options").has("max-size")).as(name).isTrue();
            if (ours) {
                assertThat(FOLDER.resolve(name + ".Dockerfile"))
                        .as("of the build of %s", name)
                        .isEqualTo(
                                Path.of(service.path("build").path("context").asText())
                                        .resolve(service.path("build").path("dockerfile").asText())
                                        .normalize());
            } else {
                assertThat(service.path("image").asText()).as(name).matches(PINNED);
                assertThat(service.path("user").asText()).as(name).matches("[1-9]\\d*:[1-9]\\d*");
                assertThat(service.path("healthcheck").has("test")).as(name).isTrue();
            }
            service.path("depends_on")
                    .properties()
                    .forEach(needed ->
                            assertThat(needed.getValue().path("condition").asText())
                                    .as(name)
                                    .isEqualTo("service_healthy"));
        }
    }

    @Test
    void what_is_published_is_for_this_machine_alone() throws Exception {
        for (JsonNode service : services()) {
            for (JsonNode port : service.path("ports")) {
                // Text in the older form of the answer, an object in the newer.
                assertThat(port.isTextual() ? port.asText() : port.path("host_ip").asText())
                        .startsWith("127.0.0.1");
            }
        }
    }

    @Test
    void secrets_are_files_and_in_no_variable() throws Exception {
        for (JsonNode service : services()) {
            for (Map.Entry<String, JsonNode> variable : service.path("environment").properties()) {
                if (variable.getKey().matches(SECRET)) {
                    assertThat(variable.getKey()).endsWith("_FILE");
                    assertThat(variable.getValue().asText()).startsWith("/run/secrets/");
                }
            }
        }
        assertThat(Files.readString(FOLDER.resolve("compose.yaml")))
                .doesNotContainPattern("(?i)password: *[^/{ \\n]");
    }
}
