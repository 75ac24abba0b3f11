package io.opnmanager.tunnel.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The whole flow without a person, each step checked: ask, established, page through the tunnel,
 * close, nothing left.
 */
final class Walkthrough {

    private static final Duration ACTIVE_WITHIN = Duration.ofSeconds(30);
    private static final Duration GONE_WITHIN = Duration.ofSeconds(2);
    private static final Duration CONFIRMED_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);
    private static final double NANOS_PER_MS = 1e6;

    private final Installation installation;
    private final Progress progress;

    Walkthrough(Installation installation, Progress progress) {
        this.installation = installation;
        this.progress = progress;
    }

    /** What one round took, in milliseconds. */
    private record Round(double pickedUp, double active, double firstByte, double gone) {}

    /**
     * @throws Exception when a step was not right; {@link Progress#current} names it
     */
    void run(int rounds) throws Exception {
        progress.say("");
        Round first = round();
        progress.measured("warm-up round, POST to active", first.active);
        List<Round> measured = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            measured.add(round());
        }
        progress.say("");
        progress.say("medians of " + rounds + " rounds:");
        summarize("POST to picked up by the agent", measured.stream().map(Round::pickedUp));
        summarize("POST to active", measured.stream().map(Round::active));
        summarize("first byte of the firewall's page", measured.stream().map(Round::firstByte));
        summarize("DELETE to listener gone", measured.stream().map(Round::gone));
        ArrayNode all = progress.result().putArray("post_to_active_ms");
        measured.forEach(round -> all.add(Progress.rounded(round.active)));
        progress.result()
                .put(
                        "post_to_active_median_ms",
                        Progress.rounded(median(measured.stream().map(Round::active).toList())));
    }

    private void summarize(String what, Stream<Double> times) {
        progress.measured("  " + what, median(times.toList()));
    }

    private static double median(List<Double> times) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private Round round() throws Exception {
        OperatorClient operator = installation.operator();

        progress.at("POST the request");
        long posted = System.nanoTime();
        JsonNode asked = operator.open(installation.firewall().id());
        long id = asked.path("id").asLong();
        int port = asked.path("tunnel_port").asInt();

        progress.at("wait until it is active");
        JsonNode active =
                operator.awaitStatus(
                        id, Set.of("active", "disconnected", "timeout", "expired"), ACTIVE_WITHIN);
        double activeMs = since(posted);
        check("active".equals(active.path("status").asText()), "wanted active, found " + active);
        progress.at("compare the certificate's fingerprint");
        String fingerprint = installation.firewall().page().fingerprint();
        check(
                fingerprint.equals(active.path("certificate_sha256").asText()),
                "wanted certificate_sha256 " + fingerprint + ", found " + active);

        progress.at("open the firewall's page through the tunnel");
        double firstByteMs = open(port, fingerprint);

        progress.at("DELETE the request");
        long deleted = System.nanoTime();
        operator.close(id);
        JsonNode closed = operator.request(id);
        check(
                "disconnected".equals(closed.path("status").asText())
                        && "closed".equals(closed.path("end_reason").asText()),
                "wanted disconnected and closed, found " + closed);

        progress.at("wait until the listener is gone");
        until(GONE_WITHIN, () -> !Loopback.isListening(port), "port " + port + " still listens");
        double goneMs = since(deleted);

        progress.at("wait until no orphan is left");
        until(
                GONE_WITHIN,
                () -> operator.metric("opnmanager_orphans") == 0,
                "the gauge opnmanager_orphans is not 0");

        progress.at("wait until the agent has confirmed the kill");
        until(
                CONFIRMED_WITHIN,
                () -> operator.request(id).hasNonNull("kill_confirmed_at"),
                "the kill of request " + id + " was not confirmed");
        return new Round(pickedUp(id), activeMs, firstByteMs, goneMs);
    }

    private double open(int port, String fingerprint) throws IOException, InterruptedException {
        try (var client = new TunnelClient(port, fingerprint)) {
            long begin = System.nanoTime();
            HttpResponse<String> answer = client.read("/");
            double ms = since(begin);
            check(
                    answer.statusCode() == 200
                            && answer.body().contains(installation.firewall().page().name()),
                    "wanted the page of "
                            + installation.firewall().page().name()
                            + ", found "
                            + answer.statusCode());
            return ms;
        }
    }

    /** From the rows: the API does not tell when it was handed to the agent. */
    private double pickedUp(long id) throws SQLException {
        try (var connection = installation.broker().database().connect();
                var statement =
                        connection.prepareStatement(
                                "SELECT TIMESTAMPDIFF(MICROSECOND, created_at, handed_out_at) FROM request_queue"
                                        + " WHERE id = ?")) {
            statement.setLong(1, id);
            try (var rows = statement.executeQuery()) {
                check(rows.next(), "there is no row of request " + id);
                return rows.getDouble(1) / 1000;
            }
        }
    }

    private static void until(Duration limit, Program.Condition condition, String otherwise)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            check(
                    System.nanoTime() < deadline,
                    String.format(Locale.ROOT, "%s after %d ms", otherwise, limit.toMillis()));
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / NANOS_PER_MS;
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalStateException(otherwise);
        }
    }
}
