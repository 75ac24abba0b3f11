package io.opnmanager.tunnel.broker.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** How a row of {@code request_queue} is read. */
final class RequestTable {

    /** Every column of {@link #MAPPER}. */
    static final String SELECT =
            """
            SELECT request_queue.*,
                (SELECT ssh_public_key FROM firewall WHERE firewall.id = request_queue.firewall_id) AS ssh_public_key,
                (SELECT name FROM firewall WHERE firewall.id = request_queue.firewall_id) AS firewall_name,
                (SELECT session_url FROM node WHERE node.name = request_queue.node) AS node_session_url,
                (SELECT stream_port FROM node WHERE node.name = request_queue.node) AS node_stream_port,
                (SELECT GROUP_CONCAT(tag SEPARATOR ' ') FROM firewall_tag WHERE firewall_tag.firewall_id = request_queue.firewall_id)
                    AS firewall_tags
            FROM request_queue
            """;

    static final RowMapper<RequestRow> MAPPER = RequestTable::map;

    private static final JsonMapper JSON = new JsonMapper();

    private RequestTable() {}

    private static RequestRow map(ResultSet row, StatementContext context) throws SQLException {
        byte[] certificate = row.getBytes("certificate_sha256");
        String reason = row.getString("end_reason");
        return new RequestRow(
                new TunnelRequest(
                        row.getLong("id"),
                        row.getLong("firewall_id"),
                        row.getString("firewall_name"),
                        row.getString("target"),
                        Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                        reason == null ? null : EndReason.valueOf(reason.toUpperCase(Locale.ROOT)),
                        row.getString("detail"),
                        row.getString("node"),
                        row.getInt("tunnel_port"),
                        nullableLong(row, "tunnel_pid"),
                        row.getString("requested_by"),
                        row.getString("reason"),
                        UtcTime.read(row, "created_at"),
                        UtcTime.read(row, "deadline"),
                        UtcTime.readOrNull(row, "handed_out_at"),
                        UtcTime.readOrNull(row, "tunnel_started_at"),
                        UtcTime.readOrNull(row, "last_heartbeat"),
                        UtcTime.readOrNull(row, "last_activity"),
                        null,
                        UtcTime.readOrNull(row, "expires_at"),
                        UtcTime.readOrNull(row, "ended_at"),
                        UtcTime.readOrNull(row, "kill_confirmed_at"),
                        row.getLong("bytes_in"),
                        row.getLong("bytes_out"),
                        nullableLong(row, "byte_limit"),
                        certificate == null ? null : HexFormat.of().formatHex(certificate),
                        sessionUrl(row),
                        streamAddress(row),
                        names(row.getString("shared_with"))),
                UtcTime.readOrNull(row, "handed_out_at"),
                UtcTime.readOrNull(row, "reported_at"),
                UtcTime.read(row, "moved_at"),
                row.getString("access_host"),
                tags(row.getString("firewall_tags")),
                row.getString("ssh_public_key"));
    }

    /** Only a web page has a host of its own. */
    private static @Nullable String sessionUrl(ResultSet row) throws SQLException {
        String pattern = row.getString("node_session_url");
        String host = row.getString("access_host");
        return pattern == null || host == null || !row.getString("target").startsWith("http")
                ? null
                : pattern.replace("*", host);
    }

    /** On the same host as a page would have, whatever the target. */
    private static @Nullable String streamAddress(ResultSet row) throws SQLException {
        String pattern = row.getString("node_session_url");
        Long port = nullableLong(row, "node_stream_port");
        String host = row.getString("access_host");
        return pattern == null || port == null || host == null
                ? null
                : URI.create(pattern.replace("*", host)).getHost() + ":" + port;
    }

    /** Of names, as they stand in the column; null of none. */
    static @Nullable String array(Collection<String> names) {
        try {
            return names.isEmpty() ? null : JSON.writeValueAsString(names);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("names can be written", e);
        }
    }

    private static List<String> names(@Nullable String array) throws SQLException {
        try {
            return array == null ? List.of() : List.of(JSON.readValue(array, String[].class));
        } catch (JsonProcessingException e) {
            throw new SQLException("shared_with: wanted an array of names", e);
        }
    }

    /** The words of one column. */
    static List<String> tags(@Nullable String words) {
        return words == null ? List.of() : List.of(words.split(" "));
    }

    private static @Nullable Long nullableLong(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    /** The word of a state or reason in its column and on the wire. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
