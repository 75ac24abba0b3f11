package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.events.Listeners;
import io.opnmanager.tunnel.broker.events.Streams;
import io.opnmanager.tunnel.broker.events.Told;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.operator.Approval;
import io.opnmanager.tunnel.contract.operator.ApprovalPage;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/**
 * Approvals for whoever lists them or listens: moves of all nodes within a second, by one query for
 * all listeners together, which runs only while somebody listens.
 */
@ApplicationScoped
class ApprovalEvents {

    private static final Logger LOG = Logger.getLogger(ApprovalEvents.class);

    /** Rows are committed a little after the moment that they carry. */
    private static final Duration OVERLAP = Duration.ofSeconds(3);

    private final Jdbi jdbi;
    private final Listeners<ApprovalTable.Row> listeners;

    private final Told<Instant> told = new Told<>(10_000);

    ApprovalEvents(Jdbi jdbi, Streams streams) {
        this.jdbi = jdbi;
        this.listeners = streams.listeners();
    }

    /** Every move from now on within the reach of the listener. */
    Multi<Approval> of(Caller.Operator who) {
        return listeners.listen(
                who, row -> who.reach().includes(row.firewallTags()) ? row.view() : null);
    }

    /** One page within the reach of an operator, newest first; a null status is all. */
    ApprovalPage page(Caller.Operator who, @Nullable String status, int page, int size) {
        String where =
                " WHERE "
                        + Asking.seenApprovals(who)
                        + (status == null ? "" : " AND " + ApprovalTable.STATUS + " = :status");
        return jdbi.withHandle(handle -> {
            long total =
                    bound(handle, "SELECT COUNT(*) FROM approval" + where, who, status)
                            .mapTo(Long.class)
                            .one();
            List<Approval> items =
                    bound(
                                    handle,
                                    ApprovalTable.SELECT
                                            + where
                                            + " ORDER BY id DESC LIMIT :size OFFSET :skipped",
                                    who,
                                    status)
                            .bind("size", size)
                            .bind("skipped", (long) page * size)
                            .map(ApprovalTable.MAPPER)
                            .map(ApprovalTable.Row::view)
                            .list();
            return new ApprovalPage(items, page, size, total);
        });
    }

    private static Query bound(
            Handle handle, String sql, Caller.Operator who, @Nullable String status) {
        Query query = Asking.bindSeenApprovals(handle.createQuery(sql), who);
        return status == null ? query : query.bind("status", status);
    }

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            for (ApprovalTable.Row row : recent()) {
                if (told.isNew(row.view().id(), row.movedAt())) {
                    listeners.tell(row);
                }
            }
        } catch (RuntimeException e) {
            LOG.debugf("moves of approvals could not be read: error=%s", e.getMessage());
        }
    }

    private List<ApprovalTable.Row> recent() {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                ApprovalTable.SELECT
                                        + """
                                        WHERE moved_at > UTC_TIMESTAMP(6) - INTERVAL :overlap SECOND
                                        ORDER BY moved_at LIMIT 1000
                                        """)
                        .bind("overlap", OVERLAP.toSeconds())
                        .map(ApprovalTable.MAPPER)
                        .list());
    }
}
