package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.database.Times;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Locale;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** How a row of {@code request_queue} is read. */
final class RequestTable {

    /** Every column of {@link #MAPPER}. */
    static final String SELECT = "SELECT * FROM request_queue ";

    static final RowMapper<RequestRow> MAPPER = RequestTable::map;

    private RequestTable() {}

    private static RequestRow map(ResultSet row, StatementContext context) throws SQLException {
        byte[] certificate = row.getBytes("certificate_sha256");
        String reason = row.getString("end_reason");
        return new RequestRow(
                new TunnelRequest(
                        row.getLong("id"),
                        row.getLong("firewall_id"),
                        row.getString("target"),
                        Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                        reason == null ? null : EndReason.valueOf(reason.toUpperCase(Locale.ROOT)),
                        row.getString("detail"),
                        row.getString("node"),
                        row.getInt("tunnel_port"),
                        nullableLong(row, "tunnel_pid"),
                        row.getString("requested_by"),
                        row.getString("reason"),
                        Times.required(row, "created_at"),
                        Times.required(row, "deadline"),
                        Times.optional(row, "tunnel_started_at"),
                        Times.optional(row, "last_heartbeat"),
                        Times.optional(row, "last_activity"),
                        Times.optional(row, "expires_at"),
                        Times.optional(row, "ended_at"),
                        Times.optional(row, "kill_confirmed_at"),
                        row.getLong("bytes_in"),
                        row.getLong("bytes_out"),
                        nullableLong(row, "byte_limit"),
                        certificate == null ? null : HexFormat.of().formatHex(certificate)),
                Times.optional(row, "handed_out_at"),
                Times.optional(row, "reported_at"),
                Times.required(row, "moved_at"));
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
