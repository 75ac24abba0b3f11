package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.cluster.ClusterSettings;
import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.EndReason;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/**
 * Every limit of time, once a second, by the database's clock: requests that are due end, ports
 * whose quarantine is over become free. Every node sweeps for all, so that the requests of a lost
 * node end too; who comes second finds nothing.
 */
@ApplicationScoped
class Sweeper {

    private static final Logger LOG = Logger.getLogger(Sweeper.class);

    /** More than these wait for the next second. */
    private static final int AT_ONCE = 500;

    private final Jdbi jdbi;
    private final RequestSettings settings;
    private final PortSettings ports;
    private final ClusterSettings cluster;
    private final Requests requests;
    private final ThisNode node;

    Sweeper(
            Jdbi jdbi,
            RequestSettings settings,
            PortSettings ports,
            ClusterSettings cluster,
            Requests requests,
            ThisNode node) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.ports = ports;
        this.cluster = cluster;
        this.requests = requests;
        this.node = node;
    }

    private record Due(long id, EndReason reason) {}

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void sweep() {
        try {
            for (Due due : due()) {
                requests.end(due.id(), due.reason(), new Caller.Node(node.name()), null);
            }
            freePorts();
        } catch (RuntimeException e) {
            LOG.warnf("a sweep failed and is tried again in a second: error=%s", e.getMessage());
        }
    }

    private List<Due> due() {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT r.id, CASE
                                    WHEN r.status = 'pending' AND r.deadline <= UTC_TIMESTAMP(6) THEN 'deadline'
                                    WHEN r.status = 'active' AND r.expires_at <= UTC_TIMESTAMP(6) THEN 'lifetime'
                                    WHEN n.name <> :me AND :steady
                                        AND n.last_seen < UTC_TIMESTAMP(6) - INTERVAL :lost MICROSECOND THEN 'node_lost'
                                    WHEN r.status = 'active'
                                        AND r.last_window < UTC_TIMESTAMP(6) - INTERVAL :window MICROSECOND THEN 'window_gone'
                                    WHEN r.status = 'active'
                                        AND r.last_heartbeat < UTC_TIMESTAMP(6) - INTERVAL :missed MICROSECOND THEN 'heartbeat_missed'
                                    WHEN r.status = 'active'
                                        AND r.last_probe < UTC_TIMESTAMP(6) - INTERVAL :missed MICROSECOND THEN 'probe_failed'
                                    WHEN r.status = 'active'
                                        AND r.last_activity < UTC_TIMESTAMP(6) - INTERVAL :idle MICROSECOND THEN 'idle'
                                END AS due
                                FROM node n JOIN request_queue r ON r.node = n.name AND r.live = 1
                                HAVING due IS NOT NULL LIMIT :most
                                """)
                        .bind("me", node.name())
                        .bind("steady", node.steadyFor(cluster.lostAfter()))
                        .bind("lost", cluster.lostAfter().toMillis() * 1000)
                        .bind("window", settings.windowGone().toMillis() * 1000)
                        .bind("missed", settings.heartbeatMissed().toMillis() * 1000)
                        .bind("idle", settings.idle().toMillis() * 1000)
                        .bind("most", AT_ONCE)
                        .map((row, context) ->
                                new Due(
                                        row.getLong("id"),
                                        EndReason.valueOf(
                                                row.getString("due").toUpperCase(Locale.ROOT))))
                        .list());
    }

    /** Only this node knows when its listeners closed, so it frees only its own ports. */
    private void freePorts() {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE request_queue SET port_freed_at = UTC_TIMESTAMP(6)
                                WHERE node = :me AND held_port IS NOT NULL
                                  AND listener_closed_at <= UTC_TIMESTAMP(6) - INTERVAL :quarantine MICROSECOND
                                """)
                        .bind("me", node.name())
                        .bind("quarantine", ports.quarantine().toMillis() * 1000)
                        .execute());
    }
}
