package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.database.Database;
import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.ApprovalStatus;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * The only writer of approvals. Each move is one compare-and-set on the row with its audit entry in
 * the same transaction; what has moved is told by {@link ApprovalEvents}, which looks.
 *
 * <pre>
 *   ask -&gt; waiting -&gt; granted -&gt; used        used: in the transaction that makes the request
 *             |  `-&gt; refused |
 *             `--------------+--&gt; expired
 * </pre>
 */
@ApplicationScoped
class Approvals {

    private static final Logger LOG = Logger.getLogger(Approvals.class);

    /** What one operator may have waiting; more is a script gone wrong, and a list nobody reads. */
    private static final int MOST_WAITING = 50;

    private static final int AT_ONCE = 200;
    private static final int TRIES = 5;

    private final Jdbi jdbi;
    private final RequestSettings settings;
    private final Audit audit;
    private final ThisNode node;

    Approvals(Jdbi jdbi, RequestSettings settings, Audit audit, ThisNode node) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.audit = audit;
        this.node = node;
    }

    /**
     * What came of an ask.
     *
     * @param made whether this call made it; otherwise it was there
     */
    record Asked(ApprovalTable.Row row, boolean made) {}

    /**
     * One approval.
     *
     * @throws Problem {@code approval_unknown}
     */
    ApprovalTable.Row one(long id) {
        return jdbi.withHandle(handle -> one(handle, id));
    }

    private static ApprovalTable.Row one(Handle handle, long id) {
        return handle.createQuery(ApprovalTable.SELECT + "WHERE id = :id")
                .bind("id", id)
                .map(ApprovalTable.MAPPER)
                .findOne()
                .orElseThrow(() ->
                        new Problem(
                                ProblemCode.APPROVAL_UNKNOWN,
                                "wanted an existing approval, found no approval " + id));
    }

    /**
     * Asks for one, or finds the one that is waiting or granted.
     *
     * @throws Problem {@code too_many_requests} when too many of this operator wait
     */
    Asked ask(Caller.Operator who, FirewallRow firewall, Target target, String reason) {
        for (int i = 1; ; i++) {
            try {
                return jdbi.inTransaction(
                        handle -> askOnce(handle, who, firewall.id(), target, reason));
            } catch (UnableToExecuteStatementException e) {
                // Of several at the same moment the database may end one to let another through.
                if (!Database.isRolledBack(e) || i == TRIES) {
                    throw e;
                }
            }
        }
    }

    private Asked askOnce(
            Handle handle, Caller.Operator who, long firewall, Target target, String reason) {
        boolean made = insert(handle, who, firewall, target, reason);
        ApprovalTable.Row row = open(handle, who, firewall, target);
        if (!made && row.view().status() == ApprovalStatus.EXPIRED) {
            expire(handle, row.view().id());
            made = insert(handle, who, firewall, target, reason);
            row = open(handle, who, firewall, target);
        }
        if (made) {
            requireRoom(handle, who);
            audit.record(
                    handle,
                    who,
                    "approval.ask",
                    subject(row.view().id()),
                    Audit.DONE,
                    "firewall:%d %s because: %s".formatted(firewall, target, reason));
        }
        return new Asked(row, made);
    }

    private boolean insert(
            Handle handle, Caller.Operator who, long firewall, Target target, String reason) {
        return handle.createUpdate(
                                """
                                INSERT IGNORE INTO approval (firewall_id, target, asked_by, reason, created_at, expires_at, moved_at)
                                VALUES (:firewall, :target, :asker, :reason, UTC_TIMESTAMP(6),
                                    UTC_TIMESTAMP(6) + INTERVAL :lifetime SECOND, UTC_TIMESTAMP(6))
                                """)
                        .bind("firewall", firewall)
                        .bind("target", target.toString())
                        .bind("asker", who.name())
                        .bind("reason", reason)
                        .bind("lifetime", settings.approvalLifetime().toSeconds())
                        .execute()
                == 1;
    }

    private static ApprovalTable.Row open(
            Handle handle, Caller.Operator who, long firewall, Target target) {
        // Locked: one that another transaction has just made is found, and stays.
        return handle.createQuery(
                        ApprovalTable.SELECT
                                + """
                                WHERE asked_by = :asker AND open = 1 AND firewall_id = :firewall AND target = :target
                                FOR UPDATE
                                """)
                .bind("asker", who.name())
                .bind("firewall", firewall)
                .bind("target", target.toString())
                .map(ApprovalTable.MAPPER)
                .one();
    }

    private static void requireRoom(Handle handle, Caller.Operator who) {
        int open =
                handle.createQuery(
                                "SELECT COUNT(*) FROM approval WHERE asked_by = :asker AND open = 1")
                        .bind("asker", who.name())
                        .mapTo(Integer.class)
                        .one();
        if (open > MOST_WAITING) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "wanted at most %d open approvals of one operator".formatted(MOST_WAITING),
                    Duration.ofMinutes(1));
        }
    }

    /**
     * Grants or refuses one that waits.
     *
     * @throws Problem {@code own_approval}, {@code approval_decided}
     */
    ApprovalTable.Row decide(Caller.Operator who, ApprovalTable.Row row, boolean granted) {
        long id = row.view().id();
        if (row.view().askedBy().equals(who.name())) {
            throw new Problem(
                    ProblemCode.OWN_APPROVAL,
                    "wanted another operator to decide, found the one who asked");
        }
        return jdbi.inTransaction(handle -> {
            int changed =
                    handle.createUpdate(
                                    """
                                    UPDATE approval SET status = :to, decided_by = :decider, decided_at = UTC_TIMESTAMP(6),
                                        moved_at = UTC_TIMESTAMP(6)
                                    WHERE id = :id AND status = 'waiting' AND expires_at > UTC_TIMESTAMP(6)
                                    """)
                            .bind("id", id)
                            .bind("to", granted ? "granted" : "refused")
                            .bind("decider", who.name())
                            .execute();
            ApprovalTable.Row after = one(handle, id);
            if (changed == 0) {
                throw new Problem(
                        ProblemCode.APPROVAL_DECIDED,
                        "wanted an approval that waits, found it "
                                + RequestTable.word(after.view().status()));
            }
            audit.record(
                    handle,
                    who,
                    granted ? "approval.grant" : "approval.refuse",
                    subject(id),
                    Audit.DONE,
                    "firewall:%d %s asked by operator:%s"
                            .formatted(
                                    after.view().firewallId(),
                                    after.view().target(),
                                    after.view().askedBy()));
            return after;
        });
    }

    /**
     * Uses up a granted one for a request that is made in the same transaction.
     *
     * @return whether there was one; if not, the request must not be made
     */
    boolean use(Handle handle, Caller.Operator who, long firewall, Target target, long request) {
        int used =
                handle.createUpdate(
                                """
                                UPDATE approval SET status = 'used', request_id = :request, moved_at = UTC_TIMESTAMP(6)
                                WHERE asked_by = :asker AND open = 1 AND firewall_id = :firewall AND target = :target
                                  AND status = 'granted' AND expires_at > UTC_TIMESTAMP(6)
                                """)
                        .bind("asker", who.name())
                        .bind("firewall", firewall)
                        .bind("target", target.toString())
                        .bind("request", request)
                        .execute();
        if (used == 1) {
            audit.record(
                    handle,
                    who,
                    "approval.use",
                    "request:" + request,
                    Audit.DONE,
                    handle.createQuery(
                                    "SELECT CONCAT('approval:', id, ' granted by operator:', decided_by) FROM approval WHERE request_id = :request")
                            .bind("request", request)
                            .mapTo(String.class)
                            .one());
        }
        return used == 1;
    }

    /** Whose time is over says so in its row, for the audit and for whoever listens. */
    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void sweep() {
        try {
            // Only the rows themselves are locked; locked ones are another node's.
            jdbi.useTransaction(
                    TransactionIsolationLevel.READ_COMMITTED,
                    handle ->
                            handle.createQuery(
                                            """
                                            SELECT id FROM approval WHERE open = 1 AND expires_at <= UTC_TIMESTAMP(6)
                                            LIMIT :most FOR UPDATE SKIP LOCKED
                                            """)
                                    .bind("most", AT_ONCE)
                                    .mapTo(Long.class)
                                    .list()
                                    .forEach(id -> expire(handle, id)));
        } catch (RuntimeException e) {
            LOG.debugf("approvals could not be swept: error=%s", e.getMessage());
        }
    }

    private void expire(Handle handle, long id) {
        handle.createUpdate(
                        "UPDATE approval SET status = 'expired', moved_at = UTC_TIMESTAMP(6) WHERE id = :id")
                .bind("id", id)
                .execute();
        audit.record(
                handle,
                new Caller.Node(node.name()),
                "approval.expire",
                subject(id),
                Audit.DONE,
                null);
    }

    private static String subject(long id) {
        return "approval:" + id;
    }
}
