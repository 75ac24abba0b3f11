package io.opnmanager.tunnel.acceptance;

import io.opnmanager.tunnel.demo.Database;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The broker's rows, for what the API does not tell, and for times when there is no broker to ask.
 *
 * @param database the broker's
 */
record Rows(Database database) {

    /** Status and reason of a request. */
    List<String> end(long request) throws SQLException {
        return row(request, "status", "COALESCE(end_reason, '')");
    }

    /** The first label of a session's own host. */
    String accessHost(long request) throws SQLException {
        return row(request, "access_host").getFirst();
    }

    /** Whether the port of a request can be given away again. */
    boolean portFreed(long request) throws SQLException {
        return row(request, "port_freed_at IS NOT NULL").equals(List.of("1"));
    }

    private List<String> row(long request, String... columns) throws SQLException {
        try (var connection = database.connect();
                var statement =
                        connection.prepareStatement(
                                "SELECT CONCAT_WS('|', "
                                        + String.join(", ", columns)
                                        + ") FROM request_queue WHERE id = ?")) {
            statement.setLong(1, request);
            try (var rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw new IllegalStateException("there is no row of request " + request);
                }
                return List.of(rows.getString(1).split("\\|", -1));
            }
        }
    }

    /** How many rows each table has that a refused call must not change. */
    Map<String, Long> counts() throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        try (var connection = database.connect();
                var statement = connection.createStatement()) {
            for (String table :
                    List.of(
                            "firewall",
                            "enrolment_token",
                            "certificate_pin",
                            "operator",
                            "operator_token",
                            "request_queue")) {
                try (var rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
                    rows.next();
                    counts.put(table, rows.getLong(1));
                }
            }
        }
        return counts;
    }

    /** Lets all enrolment tokens of a firewall be over since a second. */
    void expireEnrolmentToken(long firewall) throws SQLException {
        try (var connection = database.connect();
                var statement =
                        connection.prepareStatement(
                                "UPDATE enrolment_token SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE firewall_id = ?")) {
            statement.setLong(1, firewall);
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException("firewall " + firewall + " has no token");
            }
        }
    }

    /** Tries to give a request the session host of another one. */
    void takeHost(long request, long other) throws SQLException {
        try (var connection = database.connect();
                var statement =
                        connection.prepareStatement(
                                "UPDATE request_queue r JOIN request_queue o ON o.id = ? SET r.access_host = o.access_host WHERE r.id = ?")) {
            statement.setLong(1, other);
            statement.setLong(2, request);
            statement.executeUpdate();
        }
    }
}
