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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Lists for operators. */
@ApplicationScoped
class RequestPages {

    private final Jdbi jdbi;

    RequestPages(Jdbi jdbi) {
        this.jdbi = jdbi;
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

    TunnelRequestPage page(
            Caller.Operator who,
            @Nullable Status status,
            @Nullable Long firewall,
            int page,
            int size) {
        String where =
                """
                WHERE (:status IS NULL OR status = :status) AND (:firewall IS NULL OR firewall_id = :firewall)
                  AND (:owner IS NULL OR requested_by = :owner)
                """;
        return jdbi.withHandle(handle -> {
            long total =
                    filtered(
                                    handle,
                                    "SELECT COUNT(*) FROM request_queue " + where,
                                    who,
                                    status,
                                    firewall)
                            .mapTo(Long.class)
                            .one();
            List<TunnelRequest> items =
                    filtered(
                                    handle,
                                    RequestTable.SELECT
                                            + where
                                            + " ORDER BY id DESC LIMIT :size OFFSET :from",
                                    who,
                                    status,
                                    firewall)
                            .bind("size", size)
                            .bind("from", (long) page * size)
                            .map(RequestTable.MAPPER)
                            .map(RequestRow::view)
                            .list();
            return new TunnelRequestPage(items, page, size, total);
        });
    }

    private static Query filtered(
            Handle handle,
            String sql,
            Caller.Operator who,
            @Nullable Status status,
            @Nullable Long firewall) {
        return handle.createQuery(sql)
                .bind("status", status == null ? null : RequestTable.word(status))
                .bind("firewall", firewall)
                .bind("owner", who.isAdministrator() ? null : who.name());
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
                                                row.getInt("tunnels")))
                                .list()));
    }
}
