package io.opnmanager.tunnel.benchmarks.guard;

import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bytes on the one SSH connection of the broker, as the kernel counts them. What is more than was
 * forwarded is heads, padding and tags of packets: it tells how many there were.
 *
 * @param sent by the broker
 * @param received by the broker
 */
record SshBytes(long sent, long received) {

    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10);
    private static final Pattern SENT = Pattern.compile("\\bbytes_sent:(\\d+)");
    private static final Pattern RECEIVED = Pattern.compile("\\bbytes_received:(\\d+)");

    static SshBytes of(Path folder, int sshPort) throws IOException, InterruptedException {
        try (Program ss =
                Program.start(
                        "ss-" + System.nanoTime(),
                        folder,
                        List.of("ss", "-tinHO", "state", "established", "sport = :" + sshPort),
                        Map.of())) {
            var _ = ss.awaitExit(ANSWERED_WITHIN);
            List<String> lines = ss.output().lines().filter(line -> !line.isBlank()).toList();
            if (lines.size() != 1) {
                throw new IOException(
                        "wanted one SSH connection, found %d: %s".formatted(lines.size(), lines));
            }
            return new SshBytes(count(SENT, lines.getFirst()), count(RECEIVED, lines.getFirst()));
        }
    }

    private static long count(Pattern pattern, String line) throws IOException {
        Matcher found = pattern.matcher(line);
        if (!found.find()) {
            throw new IOException("wanted %s, found %s".formatted(pattern, line));
        }
        return Long.parseLong(found.group(1));
    }
}
