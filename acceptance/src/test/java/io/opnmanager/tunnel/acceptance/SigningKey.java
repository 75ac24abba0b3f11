package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A key that signs releases, made and used by {@code deploy/release/release.sh}.
 *
 * @param file the private part
 */
record SigningKey(Path file) {

    static final Path SCRIPT = Project.root().resolve("deploy/release/release.sh");

    private static final Duration LIMIT = Duration.ofSeconds(30);

    static SigningKey make(Path file) throws Exception {
        assertDone(run(Project.root(), "key", file + ""));
        return new SigningKey(file);
    }

    static Script.Ended run(Path folder, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("sh", SCRIPT + ""));
        line.addAll(List.of(arguments));
        return Script.run(folder, Map.of(), LIMIT, line);
    }

    Path publicPart() {
        return file.resolveSibling(file.getFileName() + ".pub");
    }

    /** A release of these files in a new folder. */
    Path release(String version, Path out, Path... files) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("make", "--key", file + "", "--version", version, "--out"));
        arguments.add(out + "");
        for (Path released : files) {
            arguments.add(released + "");
        }
        assertDone(run(Project.root(), arguments.toArray(String[]::new)));
        return out;
    }

    private static void assertDone(Script.Ended ended) {
        assertThat(ended.code()).as(ended.output()).isZero();
    }
}
