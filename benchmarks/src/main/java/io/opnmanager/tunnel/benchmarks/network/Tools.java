package io.opnmanager.tunnel.benchmarks.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs programs of iproute2. */
final class Tools {

    private Tools() {}

    /**
     * What it printed.
     *
     * @throws IOException with what it said, when it failed
     */
    static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.onExit().join().exitValue();
        if (code != 0) {
            throw new IOException(
                    "%s: ended with %d: %s"
                            .formatted(String.join(" ", command), code, said.strip()));
        }
        return said;
    }
}
