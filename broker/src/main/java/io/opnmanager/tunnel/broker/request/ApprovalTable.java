package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.contract.operator.Approval;
import io.opnmanager.tunnel.contract.operator.ApprovalStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;

/** How a row of {@code approval} is read. */
final class ApprovalTable {

    /** Nobody has to have swept for an approval to be expired. */
    static final String STATUS =
            "(CASE WHEN approval.open = 1 AND approval.expires_at <= UTC_TIMESTAMP(6) THEN 'expired' ELSE approval.status END)";

    /** Every column of {@link #MAPPER}. */
    static final String SELECT =
            "SELECT approval.*, "
                    + STATUS
                    + """
                     AS status_now,
                        (SELECT name FROM firewall WHERE firewall.id = approval.firewall_id) AS firewall_name,
                        (SELECT GROUP_CONCAT(tag SEPARATOR ' ') FROM firewall_tag WHERE firewall_tag.firewall_id = approval.firewall_id)
                            AS firewall_tags
                    FROM approval
                    """;

    static final RowMapper<Row> MAPPER = ApprovalTable::map;

    private ApprovalTable() {}

    /**
     * One row as it was read.
     *
     * @param view what operators may see of it
     * @param firewallTags which words its firewall carries at this moment
     * @param movedAt when it was made or last changed its state
     */
    record Row(Approval view, List<String> firewallTags, Instant movedAt) {}

    private static Row map(ResultSet row, StatementContext context) throws SQLException {
        long request = row.getLong("request_id");
        Long requestId = row.wasNull() ? null : request;
        return new Row(
                new Approval(
                        row.getLong("id"),
                        row.getLong("firewall_id"),
                        row.getString("firewall_name"),
                        row.getString("target"),
                        row.getString("asked_by"),
                        row.getString("reason"),
                        ApprovalStatus.valueOf(
                                row.getString("status_now").toUpperCase(Locale.ROOT)),
                        row.getString("decided_by"),
                        requestId,
                        UtcTime.read(row, "created_at"),
                        UtcTime.read(row, "expires_at"),
                        UtcTime.readOrNull(row, "decided_at")),
                RequestTable.tags(row.getString("firewall_tags")),
                UtcTime.read(row, "moved_at"));
    }
}
