package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.Node;
import io.opnmanager.tunnel.contract.operator.Nodes;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.contract.operator.TunnelRequestPage;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/** Lists for operators. */
@ApplicationScoped
class RequestPages {

    private final Jdbi jdbi;
    private final RequestSight sight;

    RequestPages(Jdbi jdbi, RequestSight sight) {
        this.jdbi = jdbi;
        this.sight = sight;
    }

    static @Nullable Status status(@Nullable String word) {
        if (word == null) {
            return null;
        }
        return Arrays.stream(Status.values())
                .filter(status -> RequestTable.word(status).equals(word))
                .findFirst()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.INVALID_FIELD,
                                "status: wanted one of %s, found another word"
                                        .formatted(
                                                Arrays.stream(Status.values())
                                                        .map(RequestTable::word)
                                                        .collect(Collectors.joining(", ")))));
    }

    /**
     * What a list shall hold; null is all.
     *
     * @param status where they are in their life
     * @param live whether they are pending or active
     * @param firewall of which firewall
     * @param requestedBy who asked
     */
    record Wanted(
            @Nullable Status status,
            @Nullable Boolean live,
            @Nullable Long firewall,
            @Nullable String requestedBy) {}

    TunnelRequestPage page(Caller.Operator who, Wanted wanted, int page, int size) {
        String where = " WHERE " + conditions(who, wanted);
        return jdbi.withHandle(handle -> {
            long total =
                    bound(handle, "SELECT COUNT(*) FROM request_queue" + where, who, wanted)
                            .mapTo(Long.class)
                            .one();
            List<TunnelRequest> items =
                    bound(
                                    handle,
                                    RequestTable.SELECT
                                            + where
                                            + " ORDER BY id DESC LIMIT :size OFFSET :skipped",
                                    who,
                                    wanted)
                            .bind("size", size)
                            .bind("skipped", (long) page * size)
                            .map(RequestTable.MAPPER)
                            .map(row -> sight.of(row, who))
                            .list();
            return new TunnelRequestPage(items, page, size, total);
        });
    }

    /** Only what is asked for: a condition that may be none hides the keys from the database. */
    private static String conditions(Caller.Operator who, Wanted wanted) {
        List<String> conditions = new ArrayList<>();
        conditions.add(Asking.seen(who));
        if (wanted.status() != null) {
            conditions.add("status = :status");
        }
        if (wanted.live() != null) {
            conditions.add(wanted.live() ? "live = 1" : "live IS NULL");
        }
        if (wanted.firewall() != null) {
            conditions.add("firewall_id = :firewall");
        }
        if (wanted.requestedBy() != null) {
            conditions.add("requested_by = :requestedBy");
        }
        return String.join(" AND ", conditions);
    }

    private static Query bound(Handle handle, String sql, Caller.Operator who, Wanted wanted) {
        Query query = Asking.bindSeen(handle.createQuery(sql), who);
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return query.bind(
                        "status",
                        wanted.status() == null ? null : RequestTable.word(wanted.status()))
                .bind("firewall", wanted.firewall())
                .bind("requestedBy", wanted.requestedBy());
    }

    Nodes nodes() {
        return jdbi.withHandle(handle ->
                new Nodes(
                        handle.createQuery(
                                        """
                                        SELECT n.*, (SELECT COUNT(*) FROM request_queue r WHERE r.node = n.name AND r.live = 1) AS tunnels
                                        FROM node n ORDER BY n.name
                                        """)
                                .map((row, context) ->
                                        new Node(
                                                row.getString("name"),
                                                row.getString("ssh_host"),
                                                row.getInt("ssh_port"),
                                                row.getString("version"),
                                                UtcTime.read(row, "started_at"),
                                                UtcTime.read(row, "last_seen"),
                                                row.getBoolean("draining"),
                                                row.getInt("tunnels"),
                                                row.getString("session_url")))
                                .list()));
    }
}
