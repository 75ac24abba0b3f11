package io.opnmanager.tunnel.broker.request;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;

/**
 * What can be measured of this node's rows: the ports they hold, and kills that nobody confirms.
 */
@ApplicationScoped
class QueueMetrics {

    private static final Logger LOG = Logger.getLogger(QueueMetrics.class);

    private final Jdbi jdbi;
    private final ThisNode node;
    private final RequestSettings settings;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong unconfirmed = new AtomicLong();

    QueueMetrics(
            MeterRegistry registry,
            Jdbi jdbi,
            ThisNode node,
            PortSettings ports,
            RequestSettings settings) {
        this.jdbi = jdbi;
        this.node = node;
        this.settings = settings;
        Gauge.builder("opnmanager.ports", ports, keys -> keys.last() - keys.first() + 1)
                .description("Ports that this node may give to tunnels.")
                .register(registry);
        Gauge.builder("opnmanager.ports.held", held, AtomicLong::get)
                .description("Ports of this node that requests hold, those in quarantine included.")
                .register(registry);
        Gauge.builder("opnmanager.kills.unconfirmed", unconfirmed, AtomicLong::get)
                .description(
                        "Requests of this node that ended over a minute ago and whose agent, though online, has not confirmed.")
                .register(registry);
    }

    @Scheduled(every = "15s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        try {
            jdbi.useHandle(handle -> {
                held.set(count(handle, "held_port IS NOT NULL"));
                unconfirmed.set(
                        count(
                                handle,
                                """
                                waits_for_agent IN (
                                    SELECT id FROM firewall WHERE last_seen > UTC_TIMESTAMP(6) - INTERVAL 2 MINUTE)
                                AND ended_at BETWEEN UTC_TIMESTAMP(6) - INTERVAL :retention SECOND
                                    AND UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE
                                """));
            });
        } catch (RuntimeException e) {
            LOG.debugf("the rows are counted later: error=%s", e.getMessage());
        }
    }

    private long count(Handle handle, String which) {
        Query query =
                handle.createQuery(
                        "SELECT COUNT(*) FROM request_queue WHERE node = :node AND " + which);
        query.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        return query.bind("node", node.name())
                .bind("retention", settings.killRetention().toSeconds())
                .mapTo(Long.class)
                .one();
    }
}
