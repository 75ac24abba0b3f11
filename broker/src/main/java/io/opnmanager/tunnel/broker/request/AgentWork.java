package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.firewall.EnrolmentTerms;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.broker.release.AgentUpdates;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.Kill;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.OfferedUpdate;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.PendingRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * What an agent must do, computed from the rows at the moment it asks, and what it says about the
 * session it serves.
 */
@ApplicationScoped
class AgentWork {

    private final Jdbi jdbi;
    private final RequestSettings settings;
    private final AgentUpdates updates;
    private final EnrolmentTerms terms;
    private final Requests requests;

    AgentWork(
            Jdbi jdbi,
            RequestSettings settings,
            AgentUpdates updates,
            EnrolmentTerms terms,
            Requests requests) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.updates = updates;
        this.terms = terms;
        this.requests = requests;
    }

    CheckinAnswer checkin(Caller.Agent agent, Checkin checkin) {
        OfferedUpdate offered = updates.checkedIn(agent.firewallId(), checkin);
        Map<Long, RequestRow> held = held(agent, checkin);
        List<PendingRequest> pending = new ArrayList<>();
        List<Kill> kill = new ArrayList<>();
        jdbi.useHandle(handle -> {
            // Before it is handed out: an end from now on asks the agent to confirm a kill.
            handOut(handle, agent.firewallId()).forEach(requests::handedOut);
            pending.addAll(pending(handle, agent.firewallId()));
            kill.addAll(kill(handle, agent.firewallId()));
        });
        Set<Long> told = kill.stream().map(Kill::requestId).collect(Collectors.toSet());
        if (checkin.tunnels() != null) {
            for (Checkin.HeldTunnel tunnel : checkin.tunnels()) {
                RequestRow row = held.get(tunnel.requestId());
                boolean live = row != null && row.isLive();
                if (!live && told.add(tunnel.requestId())) {
                    EndReason reason = row == null ? null : row.view().endReason();
                    kill.add(
                            new Kill(
                                    tunnel.requestId(),
                                    tunnel.tunnelPid(),
                                    Objects.requireNonNullElse(reason, EndReason.CLOSED)));
                }
            }
        }
        return new CheckinAnswer(
                pending,
                kill,
                Instant.now(),
                (int) terms.checkinInterval().toSeconds(),
                terms.hostKeys(),
                offered);
    }

    /** The rows of the tunnels that the agent says it holds; one of another firewall is refused. */
    private Map<Long, RequestRow> held(Caller.Agent agent, Checkin checkin) {
        if (checkin.tunnels() == null || checkin.tunnels().isEmpty()) {
            return Map.of();
        }
        List<Long> ids =
                checkin.tunnels().stream().map(Checkin.HeldTunnel::requestId).distinct().toList();
        List<RequestRow> rows =
                jdbi.withHandle(handle ->
                        handle.createQuery(RequestTable.SELECT + "WHERE id IN (<ids>)")
                                .bindList("ids", ids)
                                .map(RequestTable.MAPPER)
                                .list());
        for (RequestRow row : rows) {
            if (row.firewallId() != agent.firewallId()) {
                throw new Problem(
                        ProblemCode.NOT_YOURS,
                        "tunnels: wanted requests of the caller, found request " + row.id());
            }
        }
        return rows.stream().collect(Collectors.toMap(RequestRow::id, Function.identity()));
    }

    private static List<RequestRow> handOut(Handle handle, long firewall) {
        List<Long> fresh =
                handle.createQuery(
                                """
                                SELECT id FROM request_queue
                                WHERE waits_for_agent = :firewall AND status = 'pending' AND handed_out_at IS NULL
                                  AND deadline > UTC_TIMESTAMP(6)
                                """)
                        .bind("firewall", firewall)
                        .mapTo(Long.class)
                        .list();
        List<RequestRow> handedOut = new ArrayList<>();
        for (long id : fresh) {
            int changed =
                    handle.createUpdate(
                                    """
                                    UPDATE request_queue SET handed_out_at = UTC_TIMESTAMP(6)
                                    WHERE id = :id AND status = 'pending' AND handed_out_at IS NULL
                                    """)
                            .bind("id", id)
                            .execute();
            if (changed == 1) {
                handedOut.add(
                        handle.createQuery(RequestTable.SELECT + "WHERE id = :id")
                                .bind("id", id)
                                .map(RequestTable.MAPPER)
                                .one());
            }
        }
        return handedOut;
    }

    private static List<PendingRequest> pending(Handle handle, long firewall) {
        return handle.createQuery(
                        """
                        SELECT r.id, r.tunnel_port, r.target, r.deadline, n.ssh_host, n.ssh_port
                        FROM request_queue r JOIN node n ON n.name = r.node
                        WHERE r.firewall_id = :firewall AND r.live = 1 AND r.status = 'pending'
                          AND r.handed_out_at IS NOT NULL AND r.deadline > UTC_TIMESTAMP(6)
                        ORDER BY r.id
                        """)
                .bind("firewall", firewall)
                .map((row, context) -> {
                    Target target = Target.parse(row.getString("target"));
                    return new PendingRequest(
                            row.getLong("id"),
                            row.getInt("tunnel_port"),
                            target.host(),
                            target.port(),
                            row.getString("ssh_host"),
                            row.getInt("ssh_port"),
                            UtcTime.read(row, "deadline"));
                })
                .list();
    }

    private List<Kill> kill(Handle handle, long firewall) {
        return handle.createQuery(
                        RequestTable.SELECT
                                + """
                                WHERE waits_for_agent = :firewall AND ended_at > UTC_TIMESTAMP(6) - INTERVAL :retention SECOND
                                ORDER BY id
                                """)
                .bind("firewall", firewall)
                .bind("retention", settings.killRetention().toSeconds())
                .map(RequestTable.MAPPER)
                .map(row ->
                        new Kill(
                                row.id(),
                                row.view().tunnelPid(),
                                Objects.requireNonNullElse(
                                        row.view().endReason(), EndReason.CLOSED)))
                .list();
    }

    /**
     * Whoever holds the session says that it is still wanted.
     *
     * @return whether it is live
     */
    boolean wanted(long id, boolean window) {
        return jdbi.withHandle(handle ->
                handle.createUpdate(
                                        """
                                        UPDATE request_queue
                                        SET last_heartbeat = UTC_TIMESTAMP(6),
                                            last_window = CASE WHEN :window THEN UTC_TIMESTAMP(6) ELSE last_window END
                                        WHERE id = :id AND live = 1
                                        """)
                                .bind("id", id)
                                .bind("window", window)
                                .execute()
                        == 1);
    }
}
