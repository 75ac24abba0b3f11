package io.opnmanager.tunnel.broker.firewall;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/**
 * How many firewalls there are; and, because it asks all the time, whether the database answers.
 */
@ApplicationScoped
class FleetMetrics {

    private static final Logger LOG = Logger.getLogger(FleetMetrics.class);

    private final Jdbi jdbi;
    private final FirewallConfiguration configuration;
    private final AtomicLong enrolled = new AtomicLong();
    private final AtomicLong online = new AtomicLong();
    private final AtomicLong database = new AtomicLong();

    FleetMetrics(MeterRegistry registry, Jdbi jdbi, FirewallConfiguration configuration) {
        this.jdbi = jdbi;
        this.configuration = configuration;
        Gauge.builder("opnmanager.firewalls.enrolled", enrolled, AtomicLong::get)
                .description("Firewalls that hold a credential; the same at every node.")
                .register(registry);
        Gauge.builder("opnmanager.firewalls.online", online, AtomicLong::get)
                .description("Those of them that are online at any node; the same at every node.")
                .register(registry);
        Gauge.builder("opnmanager.database.up", database, AtomicLong::get)
                .description("1 while the database answers this node, else 0.")
                .register(registry);
    }

    private record Counted(long enrolled, long online) {}

    @Scheduled(every = "15s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        try {
            Counted counted =
                    jdbi.withHandle(handle ->
                            handle.createQuery(
                                            """
                                            SELECT COUNT(*) AS enrolled, COALESCE(SUM(
                                                last_seen >= UTC_TIMESTAMP(6) - INTERVAL :silence MICROSECOND), 0) AS online
                                            FROM firewall WHERE agent_token_hash IS NOT NULL
                                            """)
                                    .bind(
                                            "silence",
                                            Sight.longestSilence(configuration).toNanos() / 1_000)
                                    .map((row, context) ->
                                            new Counted(
                                                    row.getLong("enrolled"), row.getLong("online")))
                                    .one());
            enrolled.set(counted.enrolled());
            online.set(counted.online());
            database.set(1);
        } catch (RuntimeException e) {
            database.set(0);
            LOG.debugf("the firewalls are counted later: error=%s", e.getMessage());
        }
    }
}
