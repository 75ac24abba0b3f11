package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import io.opnmanager.tunnel.demo.Programs;
import io.opnmanager.tunnel.demo.ProjectRoot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code tunnelctl} as a person at a terminal calls it, with a home of its own. */
final class Tunnelctl {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();

    /** In a folder that is made. */
    Tunnelctl(Path folder) throws IOException {
        this.folder = PrivateFile.folder(folder);
        environment.put("TUNNELCTL_HOME", folder.resolve("home").toString());
    }

    /** What it ended with, and what it wrote. */
    record Ended(int code, String out, String err) {

        JsonNode json() {
            return read(out);
        }

        Ended succeeded() {
            assertThat(code).as("%s%n%s", out, err).isZero();
            return this;
        }

        /** It says this on the standard error, and nothing on the other. */
        void failed(int expected, String words) {
            assertThat(code).as("%s%n%s", out, err).isEqualTo(expected);
            assertThat(err).contains(words);
            assertThat(out).isEmpty();
        }
    }

    /** Of the profile that is used when none is named. */
    Path home() {
        return folder.resolve("home").resolve("default");
    }

    Tunnelctl with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs a command to its end. */
    Ended run(String... arguments) throws IOException, InterruptedException {
        return runWith("", arguments);
    }

    /** The same with something on the standard input. */
    Ended runWith(String input, String... arguments) throws IOException, InterruptedException {
        int call = calls.incrementAndGet();
        Path out = folder.resolve("out-" + call);
        Path err = folder.resolve("err-" + call);
        ProcessBuilder builder =
                new ProcessBuilder(command(List.of(arguments)))
                        .directory(folder.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        try {
            assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .as("%s still ran", List.of(arguments))
                    .isTrue();
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    /** Starts a command that goes on. */
    Running start(String... arguments) throws IOException {
        String name = "tunnelctl-" + calls.incrementAndGet();
        // Whoever starts the tests in the background makes all of their children deaf to Ctrl-C.
        List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(command(List.of(arguments)));
        return new Running(Program.start(name, folder, command, environment));
    }

    private static List<String> command(List<String> arguments) throws IOException {
        if (Programs.wanted() == Programs.NATIVE) {
            return Programs.NATIVE.command(
                    ProjectRoot.path().resolve("deploy/tunnelctl"),
                    new Programs.Start(List.of(), Map.of(), arguments));
        }
        List<String> command = new ArrayList<>();
        command.add(ProjectRoot.path().resolve("deploy/tunnelctl/tunnelctl").toString());
        command.addAll(arguments);
        return command;
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("wanted JSON, found " + json, e);
        }
    }

    /** A command that goes on; closing it is SIGTERM. */
    record Running(Program program) implements AutoCloseable {

        /** Documents that it has written so far, with {@code --output json}. */
        List<JsonNode> documents() {
            try {
                return program.output()
                        .lines()
                        .filter(line -> line.startsWith("{"))
                        .map(Tunnelctl::read)
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Waits until the forward of a target, part of its text, is open; answers its document. */
        JsonNode awaitOpen(String target) {
            return awaitState("open", target);
        }

        /**
         * Waits for a state of the forward of a target; answers the last document that tells it.
         */
        JsonNode awaitState(String state, String target) {
            List<JsonNode> found = new ArrayList<>();
            Eventually.within(
                    LIMIT,
                    () -> {
                        found.clear();
                        documents().stream()
                                .filter(one -> one.path("target").asText().contains(target))
                                .reduce((before, last) -> last)
                                .filter(one -> one.path("state").asText().equals(state))
                                .ifPresent(found::add);
                        assertThat(found).as(program.output()).isNotEmpty();
                    });
            return found.getFirst();
        }

        /** As Ctrl-C does. */
        void interrupt() throws IOException, InterruptedException {
            program.signal("INT");
        }

        @Override
        public void close() {
            program.close();
        }
    }
}
