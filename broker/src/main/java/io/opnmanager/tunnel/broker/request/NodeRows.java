package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.EndReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/**
 * The rows of this node's tunnels, for the room that holds the lines: what should be there, and
 * what it sees of it. No method here moves a request; {@link Requests} does.
 */
@ApplicationScoped
public class NodeRows {

    private final Jdbi jdbi;
    private final ThisNode node;
    private final Requests requests;

    NodeRows(Jdbi jdbi, ThisNode node, Requests requests) {
        this.jdbi = jdbi;
        this.node = node;
        this.requests = requests;
    }

    /**
     * Bytes of a session since it began.
     *
     * @param id the request
     * @param bytesIn from the firewall
     * @param bytesOut to the firewall
     * @param active whether some of those since the last time count for the idle clock
     */
    public record Traffic(long id, long bytesIn, long bytesOut, boolean active) {}

    /** Every row of this node that is live or whose listener was not yet seen closed. */
    public List<RequestRow> held() {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                RequestTable.SELECT
                                        + """
                                        WHERE node = :node AND held_port IS NOT NULL
                                          AND (live = 1 OR listener_closed_at IS NULL)
                                        """)
                        .bind("node", node.name())
                        .map(RequestTable.MAPPER)
                        .list());
    }

    /**
     * After a start: whatever was active on this node lost its line with the process that held it.
     * What is pending stays, its agent dials again.
     */
    public void recover() {
        for (RequestRow row : held()) {
            switch (row.status()) {
                case ACTIVE ->
                        requests.end(
                                row.id(),
                                EndReason.BROKER_RESTARTED,
                                new Caller.Node(node.name()),
                                "the broker came back without the line that it held");
                case PENDING, DISCONNECTED, TIMEOUT, EXPIRED -> {}
            }
        }
        listenersClosed(held().stream().filter(row -> !row.isLive()).map(RequestRow::id).toList());
    }

    /**
     * The listeners of these ended requests are closed; from now on their ports are in quarantine.
     */
    public void listenersClosed(Collection<Long> ids) {
        if (ids.isEmpty()) {
            return;
        }
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE request_queue SET listener_closed_at = UTC_TIMESTAMP(6)
                                WHERE id IN (<ids>) AND ended_at IS NOT NULL AND listener_closed_at IS NULL
                                """)
                        .bindList("ids", List.copyOf(ids))
                        .execute());
    }

    /** Bytes went through these sessions since they were last written. */
    public void traffic(Collection<Traffic> sessions) {
        if (sessions.isEmpty()) {
            return;
        }
        jdbi.useHandle(handle -> {
            var batch =
                    handle.prepareBatch(
                            """
                            UPDATE request_queue
                            SET bytes_in = :in, bytes_out = :out,
                                last_activity = CASE WHEN :active THEN UTC_TIMESTAMP(6) ELSE last_activity END
                            WHERE id = :id
                            """);
            for (Traffic session : sessions) {
                batch.bind("id", session.id())
                        .bind("in", session.bytesIn())
                        .bind("out", session.bytesOut())
                        .bind("active", session.active())
                        .add();
            }
            batch.execute();
        });
    }

    /** The target of an active session answered the broker's own probe. */
    public void probed(long id) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                "UPDATE request_queue SET last_probe = UTC_TIMESTAMP(6) WHERE id = :id AND status = 'active'")
                        .bind("id", id)
                        .execute());
    }
}
