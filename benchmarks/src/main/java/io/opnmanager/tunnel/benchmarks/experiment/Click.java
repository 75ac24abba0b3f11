package io.opnmanager.tunnel.benchmarks.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.benchmarks.fleet.Beacon;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Set;

/**
 * One click: a request is made, a tunnel comes, a byte goes through it, and it is closed. All times
 * in milliseconds since the request was sent; those of the broker are of its rows, whose clock is
 * that of the same machine.
 *
 * @param pickedUp the agent was handed the request
 * @param established the agent said that its tunnel is up
 * @param active the operator was told
 * @param firstByte through the tunnel, from the firewall's target
 */
record Click(double pickedUp, double established, double active, double firstByte) {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);
    private static final Set<String> SETTLED =
            Set.of("active", "disconnected", "timeout", "expired");

    /** Clicks, and comes back when the agent has confirmed the end. */
    static Click on(OperatorClient operator, Connection database, long firewall)
            throws IOException, InterruptedException, SQLException {
        Instant at = Instant.now();
        long begin = System.nanoTime();
        long request =
                operator.open(OperatorClient.object().put("firewall_id", firewall))
                        .path("id")
                        .asLong();
        JsonNode row = operator.awaitStatus(request, SETTLED, LIMIT);
        double active = (System.nanoTime() - begin) / 1e6;
        if (!row.path("status").asText().equals("active")) {
            throw new IOException("wanted an active tunnel, found " + row);
        }
        Beacon.fetch(row.path("tunnel_port").asInt(), LIMIT);
        double firstByte = (System.nanoTime() - begin) / 1e6;
        operator.close(request);
        awaitConfirmed(database, request);
        return new Click(
                since(at, database, "handed_out_at", request),
                since(at, database, "reported_at", request),
                active,
                firstByte);
    }

    private static void awaitConfirmed(Connection database, long request)
            throws SQLException, InterruptedException, IOException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (moment(database, "kill_confirmed_at", request) == null) {
            if (System.nanoTime() > deadline) {
                throw new IOException("the agent did not confirm the end of request " + request);
            }
            Thread.sleep(LOOK_AGAIN);
        }
    }

    private static double since(Instant at, Connection database, String column, long request)
            throws SQLException, IOException {
        Instant moment = moment(database, column, request);
        if (moment == null) {
            throw new IOException("request " + request + " has no " + column);
        }
        return Duration.between(at, moment).toNanos() / 1e6;
    }

    private static @org.jspecify.annotations.Nullable Instant moment(
            Connection database, String column, long request) throws SQLException {
        try (PreparedStatement read =
                database.prepareStatement(
                        "SELECT " + column + " FROM request_queue WHERE id = ?")) {
            read.setLong(1, request);
            var rows = read.executeQuery();
            if (!rows.next()) {
                throw new IllegalStateException("there is no request " + request);
            }
            LocalDateTime found = rows.getObject(1, LocalDateTime.class);
            return found == null ? null : found.toInstant(ZoneOffset.UTC);
        }
    }
}
