package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The only writer of a request's moves. Each is one compare-and-set on the row, and log line,
 * metric, audit entry and event are made here and nowhere else. Any number of callers and nodes may
 * try the same move: one wins, the others are told that nothing was left to do.
 *
 * <p>Runs in the caller's thread, which may block.
 */
@ApplicationScoped
public class Requests {

    private static final Logger LOG = Logger.getLogger(Requests.class);

    /** A lost compare-and-set is tried again: a row moves at the most twice in its life. */
    private static final int TRIES = 3;

    private final Jdbi jdbi;
    private final ThisNode node;
    private final Audit audit;
    private final WorkWatch watch;
    private final Aftermath aftermath;

    Requests(Jdbi jdbi, ThisNode node, Audit audit, WorkWatch watch, Aftermath aftermath) {
        this.jdbi = jdbi;
        this.node = node;
        this.audit = audit;
        this.watch = watch;
        this.aftermath = aftermath;
    }

    /** Metric and event of a move, apart only to keep constructors short. */
    @Singleton
    static class Aftermath {
        private final RequestMetrics metrics;
        private final Event<RequestMoved> moved;
        private final Event<RequestHandedOut> handedOut;

        Aftermath(
                RequestMetrics metrics,
                Event<RequestMoved> moved,
                Event<RequestHandedOut> handedOut) {
            this.metrics = metrics;
            this.moved = moved;
            this.handedOut = handedOut;
        }
    }

    /**
     * One row.
     *
     * @throws Problem {@code request_unknown}
     */
    public RequestRow one(long id) {
        return find(id).orElseThrow(() ->
                new Problem(
                        ProblemCode.REQUEST_UNKNOWN,
                        "wanted an existing request, found no request " + id));
    }

    /** One row, if it exists. */
    public Optional<RequestRow> find(long id) {
        return jdbi.withHandle(handle -> find(handle, id));
    }

    private static Optional<RequestRow> find(Handle handle, long id) {
        return handle.createQuery(RequestTable.SELECT + "WHERE id = :id")
                .bind("id", id)
                .map(RequestTable.MAPPER)
                .findOne();
    }

    /** A row was made by {@link Opening}. */
    void opened(RequestRow row) {
        LOG.infof(
                "request opened: request=%d firewall=%d operator=%s node=%s port=%d target=%s",
                row.id(),
                row.firewallId(),
                row.view().requestedBy(),
                row.view().node(),
                row.view().tunnelPort(),
                row.view().target());
        aftermath.metrics.opened();
        aftermath.moved.fire(new RequestMoved(row));
        watch.work(row);
    }

    /** An agent was told to open it. */
    void handedOut(RequestRow row) {
        aftermath.metrics.pickedUp(row.view().createdAt(), row.handedOutAt());
        aftermath.handedOut.fire(new RequestHandedOut(row));
    }

    /**
     * The agent says that its end is up. The first report counts; a later one only tells another
     * process.
     *
     * @return the row, or empty when it no longer waits for a report
     */
    public Optional<RequestRow> reported(long id, @Nullable Long pid) {
        int changed =
                jdbi.withHandle(handle ->
                        handle.createUpdate(
                                        """
                                        UPDATE request_queue
                                        SET reported_at = COALESCE(reported_at, UTC_TIMESTAMP(6)), tunnel_pid = COALESCE(:pid, tunnel_pid)
                                        WHERE id = :id AND live = 1
                                        """)
                                .bind("id", id)
                                .bind("pid", pid)
                                .execute());
        if (changed == 0) {
            return Optional.empty();
        }
        RequestRow row = one(id);
        LOG.infof("tunnel reported: request=%d firewall=%d pid=%d", id, row.firewallId(), pid);
        aftermath.moved.fire(new RequestMoved(row));
        return Optional.of(row);
    }

    /**
     * pending → active: this node's listener is up and the probe through it was answered; the row
     * says whether the agent has reported and whether there is time left.
     *
     * @param certificate SHA-256 of the target's certificate, when it showed one
     * @return whether this call made the move
     */
    public boolean establish(long id, byte @Nullable [] certificate) {
        Caller by = new Caller.Node(node.name());
        Optional<RequestRow> established =
                jdbi.inTransaction(handle -> {
                    Optional<RequestRow> row = find(handle, id);
                    Status to =
                            row.map(found -> RequestStatus.established(found.status()))
                                    .orElse(null);
                    if (row.isEmpty()
                            || to == null
                            || !establish(handle, row.get(), to, certificate)) {
                        return Optional.empty();
                    }
                    audit.record(handle, by, "request.active", "request:" + id, Audit.DONE, null);
                    return find(handle, id);
                });
        established.ifPresent(row -> {
            LOG.infof(
                    "request active: request=%d firewall=%d port=%d",
                    id, row.firewallId(), row.view().tunnelPort());
            aftermath.metrics.active(row.view().createdAt(), row.view().tunnelStartedAt());
            aftermath.moved.fire(new RequestMoved(row));
        });
        return established.isPresent();
    }

    private static boolean establish(
            Handle handle, RequestRow row, Status to, byte @Nullable [] certificate) {
        return handle.createUpdate(
                                """
                                UPDATE request_queue
                                SET status = :to, tunnel_started_at = UTC_TIMESTAMP(6), moved_at = UTC_TIMESTAMP(6),
                                    last_heartbeat = UTC_TIMESTAMP(6), last_probe = UTC_TIMESTAMP(6), last_activity = UTC_TIMESTAMP(6),
                                    expires_at = UTC_TIMESTAMP(6) + INTERVAL lifetime_seconds SECOND,
                                    certificate_sha256 = :certificate, detail = NULL
                                WHERE id = :id AND status = :from AND reported_at IS NOT NULL AND deadline > UTC_TIMESTAMP(6)
                                """)
                        .bind("id", row.id())
                        .bind("from", RequestTable.word(row.status()))
                        .bind("to", RequestTable.word(to))
                        .bind("certificate", certificate)
                        .execute()
                == 1;
    }

    /**
     * Ends a request for a reason, if the table of states has such a move from where it is.
     *
     * @param detail for a person; {@code null} keeps what the row says
     * @return whether this call ended it
     */
    public boolean end(long id, EndReason reason, Caller by, @Nullable String detail) {
        return end(id, reason, by, detail, false);
    }

    /**
     * The same; with {@code killed} the agent itself says that nothing is left on its side.
     *
     * @see #end(long, EndReason, Caller, String)
     */
    boolean end(long id, EndReason reason, Caller by, @Nullable String detail, boolean killed) {
        for (int i = 0; i < TRIES; i++) {
            Optional<RequestRow> before = find(id);
            Status to = before.map(row -> RequestStatus.ended(row.status(), reason)).orElse(null);
            if (before.isEmpty() || to == null) {
                return false;
            }
            Optional<RequestRow> after = tryEnd(before.get(), to, reason, by, detail, killed);
            if (after.isPresent()) {
                ended(after.get(), reason, by);
                return true;
            }
        }
        return false;
    }

    private Optional<RequestRow> tryEnd(
            RequestRow from,
            Status to,
            EndReason reason,
            Caller by,
            @Nullable String detail,
            boolean killed) {
        return jdbi.inTransaction(handle -> {
            int changed =
                    handle.createUpdate(
                                    """
                                    UPDATE request_queue
                                    SET status = :to, end_reason = :reason, detail = COALESCE(:detail, detail),
                                        ended_at = UTC_TIMESTAMP(6), moved_at = UTC_TIMESTAMP(6),
                                        kill_confirmed_at = CASE WHEN :killed OR handed_out_at IS NULL THEN UTC_TIMESTAMP(6) END
                                    WHERE id = :id AND status = :from
                                    """)
                            .bind("id", from.id())
                            .bind("from", RequestTable.word(from.status()))
                            .bind("to", RequestTable.word(to))
                            .bind("reason", RequestTable.word(reason))
                            .bind("detail", shortened(detail))
                            .bind("killed", killed)
                            .execute();
            if (changed == 0) {
                return Optional.empty();
            }
            audit.record(
                    handle,
                    by,
                    "request.end",
                    "request:" + from.id(),
                    Audit.DONE,
                    detail == null
                            ? RequestTable.word(reason)
                            : RequestTable.word(reason) + ": " + detail);
            return find(handle, from.id());
        });
    }

    private void ended(RequestRow row, EndReason reason, Caller by) {
        LOG.infof(
                "request ended: request=%d firewall=%d status=%s reason=%s by=%s",
                row.id(),
                row.firewallId(),
                RequestTable.word(row.status()),
                RequestTable.word(reason),
                by.actor());
        aftermath.metrics.ended(reason);
        aftermath.moved.fire(new RequestMoved(row));
        if (row.view().killConfirmedAt() == null) {
            watch.work(row);
        }
    }

    /**
     * Changes how long a live request may be active, counted from the moment it became active.
     *
     * @param lifetime seconds
     * @return the row after it
     * @throws Problem {@code request_unknown}, {@code request_ended}
     */
    RequestRow changeLifetime(long id, long lifetime, Caller by) {
        RequestRow row =
                jdbi.inTransaction(handle -> {
                    int changed =
                            handle.createUpdate(
                                            """
                                            UPDATE request_queue
                                            SET lifetime_seconds = :lifetime, moved_at = UTC_TIMESTAMP(6),
                                                expires_at = tunnel_started_at + INTERVAL :lifetime SECOND
                                            WHERE id = :id AND live = 1
                                            """)
                                    .bind("id", id)
                                    .bind("lifetime", lifetime)
                                    .execute();
                    if (changed == 0) {
                        throw ended(id);
                    }
                    audit.record(
                            handle,
                            by,
                            "request.lifetime",
                            "request:" + id,
                            Audit.DONE,
                            lifetime + " s");
                    return find(handle, id).orElseThrow();
                });
        LOG.infof(
                "lifetime changed: request=%d firewall=%d seconds=%d by=%s",
                id, row.firewallId(), lifetime, by.actor());
        aftermath.moved.fire(new RequestMoved(row));
        return row;
    }

    /**
     * Changes who else may use a live request.
     *
     * @param names of operators, each once
     * @return the row after it
     * @throws Problem {@code request_unknown}, {@code request_ended}
     */
    RequestRow share(long id, Collection<String> names, Caller by) {
        String detail = names.isEmpty() ? "with nobody" : "with " + String.join(", ", names);
        RequestRow row =
                jdbi.inTransaction(handle -> {
                    int changed =
                            handle.createUpdate(
                                            """
                                            UPDATE request_queue
                                            SET shared_with = :names, moved_at = UTC_TIMESTAMP(6)
                                            WHERE id = :id AND live = 1
                                            """)
                                    .bind("id", id)
                                    .bind("names", RequestTable.array(names))
                                    .execute();
                    if (changed == 0) {
                        throw ended(id);
                    }
                    audit.record(handle, by, "request.share", "request:" + id, Audit.DONE, detail);
                    return find(handle, id).orElseThrow();
                });
        LOG.infof(
                "request shared %s: request=%d firewall=%d by=%s",
                detail, id, row.firewallId(), by.actor());
        aftermath.moved.fire(new RequestMoved(row));
        return row;
    }

    private static Problem ended(long id) {
        return new Problem(
                ProblemCode.REQUEST_ENDED,
                "wanted a pending or active request, found request %d ended".formatted(id));
    }

    /** The agent says that nothing of an ended request is left on its side. */
    void killConfirmed(RequestRow row) {
        int changed =
                jdbi.withHandle(handle ->
                        handle.createUpdate(
                                        """
                                        UPDATE request_queue SET kill_confirmed_at = UTC_TIMESTAMP(6)
                                        WHERE id = :id AND ended_at IS NOT NULL AND kill_confirmed_at IS NULL
                                        """)
                                .bind("id", row.id())
                                .execute());
        if (changed == 1) {
            LOG.infof("kill confirmed: request=%d firewall=%d", row.id(), row.firewallId());
        }
    }

    /**
     * What a person should know while it is pending, for example why the probe was not answered
     * yet.
     */
    public void note(long id, String detail) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                "UPDATE request_queue SET detail = :detail WHERE id = :id AND live = 1")
                        .bind("id", id)
                        .bind("detail", shortened(detail))
                        .execute());
    }

    private static @Nullable String shortened(@Nullable String detail) {
        return detail == null || detail.length() <= 500 ? detail : detail.substring(0, 500);
    }
}
