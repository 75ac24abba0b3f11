package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.firewall.ReachCondition;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.contract.operator.FirewallUpdate;
import io.opnmanager.tunnel.contract.operator.FirewallUpdatePage;
import io.opnmanager.tunnel.contract.operator.PageQuery;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/** What became of updates on each firewall. Every call blocks. */
@ApplicationScoped
class FirewallUpdates {

    private static final String SELECT =
            """
            SELECT f.id, f.name, f.agent_version, COALESCE(u.enabled, FALSE) AS enabled, COALESCE(u.state, 'none') AS state,
                u.version, u.detail, u.offered_version, u.offered_at, u.reported_at
            """;
    private static final String FROM =
            "FROM firewall f LEFT JOIN agent_update u ON u.firewall_id = f.id WHERE ";

    private final Jdbi jdbi;

    FirewallUpdates(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Of one firewall, which has to be there. */
    FirewallUpdate of(long firewall) {
        return jdbi.withHandle(handle ->
                handle.createQuery(SELECT + FROM + "f.id = :id")
                        .bind("id", firewall)
                        .map((row, context) -> read(row))
                        .one());
    }

    /** Of all enrolled ones within a reach. */
    FirewallUpdatePage page(Reach reach, @Nullable String state, PageQuery part) {
        String where =
                FROM
                        + "f.agent_token_hash IS NOT NULL AND "
                        + ReachCondition.on("f.id", reach)
                        + (state == null ? "" : " AND COALESCE(u.state, 'none') = :state");
        return jdbi.withHandle(handle -> {
            long total =
                    bound(handle.createQuery("SELECT COUNT(*) " + where), reach, state)
                            .mapTo(Long.class)
                            .one();
            List<FirewallUpdate> items =
                    bound(
                                    handle.createQuery(
                                            SELECT
                                                    + where
                                                    + " ORDER BY f.sort_name, f.id LIMIT :size OFFSET :skipped"),
                                    reach,
                                    state)
                            .bind("size", part.size())
                            .bind("skipped", (long) part.page() * part.size())
                            .map((row, context) -> read(row))
                            .list();
            return new FirewallUpdatePage(items, part.page(), part.size(), total);
        });
    }

    private static Query bound(Query query, Reach reach, @Nullable String state) {
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return ReachCondition.bind(query, reach).bind("state", state);
    }

    private static FirewallUpdate read(ResultSet row) throws SQLException {
        return new FirewallUpdate(
                row.getLong("id"),
                row.getString("name"),
                row.getString("agent_version"),
                row.getBoolean("enabled"),
                UpdateRow.state(row.getString("state")),
                row.getString("version"),
                row.getString("detail"),
                row.getString("offered_version"),
                UtcTime.readOrNull(row, "offered_at"),
                UtcTime.readOrNull(row, "reported_at"));
    }
}
