package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLTransactionRollbackException;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** Makes the rows: from an operator's ask to a pending request with a port of its own. */
@ApplicationScoped
class Opening {

    /**
     * Another caller can make the same row, or the database can choose this transaction to break a
     * deadlock.
     */
    private static final int TRIES = 5;

    private final Jdbi jdbi;
    private final OpeningTerms terms;
    private final PortPool ports;
    private final ThisNode node;
    private final Audit audit;

    Opening(Jdbi jdbi, OpeningTerms terms, PortPool ports, ThisNode node, Audit audit) {
        this.jdbi = jdbi;
        this.terms = terms;
        this.ports = ports;
        this.node = node;
        this.audit = audit;
    }

    OpeningTerms terms() {
        return terms;
    }

    /**
     * What came of an ask.
     *
     * @param row the request
     * @param made whether this call made it; otherwise it was there
     */
    record Opened(RequestRow row, boolean made) {}

    /**
     * Makes a request, or finds the live one of the same operator for the same firewall and target,
     * or the one that the same key made.
     *
     * @throws Problem {@code not_enrolled}, {@code invalid_field}, {@code reason_required}, {@code
     *     approval_required}, {@code idempotency_key_reused}, {@code no_port_free}, {@code
     *     draining}
     */
    Opened open(
            Caller.Operator who,
            FirewallRow firewall,
            Target target,
            TunnelAsk ask,
            @Nullable String key) {
        if (node.draining()) {
            throw new Problem(
                    ProblemCode.DRAINING,
                    "this broker is being stopped and takes no new requests",
                    Duration.ofSeconds(5));
        }
        if (!firewall.enrolled()) {
            throw new Problem(
                    ProblemCode.NOT_ENROLLED,
                    "wanted a firewall whose agent is enrolled, found firewall %d without a credential"
                            .formatted(firewall.id()));
        }
        terms.requireReason(ask);
        long lifetime = terms.lifetime(ask.lifetime());
        for (int i = 0; i < TRIES; i++) {
            Optional<RequestRow> existing = existing(who, firewall, target, key);
            if (existing.isPresent()) {
                return new Opened(existing.get(), false);
            }
            try {
                RequestRow row =
                        jdbi.withHandle(
                                handle -> make(handle, who, firewall, target, ask, key, lifetime));
                return new Opened(row, true);
            } catch (UnableToExecuteStatementException e) {
                if (!isWorthAnotherTry(e.getCause())) {
                    throw e;
                }
            }
        }
        throw new Problem(
                ProblemCode.DATABASE_UNAVAILABLE,
                "the row could not be made in %d tries against other callers".formatted(TRIES),
                Duration.ofSeconds(1));
    }

    private static boolean isWorthAnotherTry(@Nullable Throwable cause) {
        return cause instanceof SQLIntegrityConstraintViolationException
                || cause instanceof SQLTransactionRollbackException;
    }

    private Optional<RequestRow> existing(
            Caller.Operator who, FirewallRow firewall, Target target, @Nullable String key) {
        if (key != null) {
            Optional<RequestRow> same =
                    jdbi.withHandle(handle ->
                            handle.createQuery(
                                            RequestTable.SELECT
                                                    + "WHERE requested_by = :operator AND idempotency_key = :key")
                                    .bind("operator", who.name())
                                    .bind("key", key)
                                    .map(RequestTable.MAPPER)
                                    .findOne());
            if (same.isPresent()) {
                return Optional.of(sameAsk(same.get(), firewall, target));
            }
        }
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                RequestTable.SELECT
                                        + """
                                        WHERE firewall_id = :firewall AND target = :target
                                          AND requested_by = :operator AND live = 1
                                        """)
                        .bind("firewall", firewall.id())
                        .bind("target", target.toString())
                        .bind("operator", who.name())
                        .map(RequestTable.MAPPER)
                        .findOne());
    }

    private static RequestRow sameAsk(RequestRow row, FirewallRow firewall, Target target) {
        if (row.firewallId() != firewall.id() || !row.view().target().equals(target.toString())) {
            throw new Problem(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED,
                    "wanted the ask that first came with this Idempotency-Key (firewall %d, %s), found firewall %d, %s"
                            .formatted(
                                    row.firewallId(), row.view().target(), firewall.id(), target));
        }
        return row;
    }

    private RequestRow make(
            Handle handle,
            Caller.Operator who,
            FirewallRow firewall,
            Target target,
            TunnelAsk ask,
            @Nullable String key,
            long lifetime) {
        return ports.reserve(
                handle,
                node.name(),
                port ->
                        handle.inTransaction(transaction -> {
                            long id =
                                    transaction
                                            .createUpdate(
                                                    """
                                                    INSERT INTO request_queue (firewall_id, target, node, tunnel_port, requested_by, reason,
                                                        idempotency_key, lifetime_seconds, byte_limit, access_host, created_at, deadline, moved_at)
                                                    VALUES (:firewall, :target, :node, :port, :operator, :reason, :key, :lifetime, :byteLimit, :accessHost,
                                                        UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL :establish MICROSECOND, UTC_TIMESTAMP(6))
                                                    """)
                                            .bind("firewall", firewall.id())
                                            .bind("target", target.toString())
                                            .bind("node", node.name())
                                            .bind("port", port)
                                            .bind("operator", who.name())
                                            .bind("reason", ask.reason())
                                            .bind("key", key)
                                            .bind("lifetime", lifetime)
                                            .bind("byteLimit", terms.byteLimit(ask))
                                            .bind("accessHost", AccessHost.fresh())
                                            .bind("establish", terms.establishMicros())
                                            .executeAndReturnGeneratedKeys("id")
                                            .mapTo(Long.class)
                                            .one();
                            audit.record(
                                    transaction,
                                    who,
                                    "request.open",
                                    "request:" + id,
                                    Audit.DONE,
                                    opened(firewall, target, ask));
                            terms.useApproval(transaction, who, firewall, target, id);
                            return transaction
                                    .createQuery(RequestTable.SELECT + "WHERE id = :id")
                                    .bind("id", id)
                                    .map(RequestTable.MAPPER)
                                    .one();
                        }));
    }

    private static String opened(FirewallRow firewall, Target target, TunnelAsk ask) {
        String what = "firewall:%d %s".formatted(firewall.id(), target);
        return ask.reason() == null ? what : what + " because: " + ask.reason();
    }
}
