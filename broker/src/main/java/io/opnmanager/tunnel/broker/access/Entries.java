package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.broker.access.AccessMetrics.EntryResult;
import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.firewall.Firewalls;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.broker.identity.Secrets;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.request.Requests;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.Entry;
import io.opnmanager.tunnel.contract.operator.Role;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Tickets into sessions: each for one request, the operator who asked for it, one browser and one
 * time. A ticket is used up by being shown, whether or not it lets in, because one that is shown
 * where it does not belong has been stolen. Blocks.
 */
@ApplicationScoped
public class Entries {

    private static final Logger LOG = Logger.getLogger(Entries.class);
    private static final String TICKET_PREFIX = "opt_";

    private final Jdbi jdbi;
    private final Audit audit;
    private final AccessSettings settings;
    private final LiveSessions sessions;
    private final Rooms rooms;

    Entries(Jdbi jdbi, Audit audit, AccessSettings settings, LiveSessions sessions, Rooms rooms) {
        this.jdbi = jdbi;
        this.audit = audit;
        this.settings = settings;
        this.sessions = sessions;
        this.rooms = rooms;
    }

    /** Rows and meters, apart only to keep constructors short. */
    @Singleton
    static class Rooms {
        private final Requests requests;
        private final Firewalls firewalls;
        private final AccessMetrics metrics;

        Rooms(Requests requests, Firewalls firewalls, AccessMetrics metrics) {
            this.requests = requests;
            this.firewalls = firewalls;
            this.metrics = metrics;
        }
    }

    /**
     * Makes a ticket.
     *
     * @param challenge SHA-256 of the browser's number, base64url
     * @throws Problem {@code request_unknown}, {@code not_yours}, {@code request_not_active},
     *     {@code no_page}, {@code too_many_requests}
     */
    Entry make(Caller.Operator who, long id, String challenge) {
        RequestRow row = rooms.requests.one(id);
        requireOwn(row, who);
        if (row.status() != Status.ACTIVE) {
            throw new Problem(
                    ProblemCode.REQUEST_NOT_ACTIVE,
                    "wanted an active request, found request %d %s"
                            .formatted(id, row.isLive() ? "pending" : "ended"));
        }
        String origin = row.view().sessionUrl();
        if (origin == null) {
            throw new Problem(
                    ProblemCode.NO_PAGE,
                    "wanted a request whose target is a web page, found " + row.view().target());
        }
        String ticket = Secrets.newToken(TICKET_PREFIX);
        return jdbi.inTransaction(handle -> {
            requireRoom(handle, who);
            handle.createUpdate(
                            """
                            INSERT INTO entry (ticket_hash, request, operator, challenge, created_at, expires_at)
                            VALUES (:hash, :request, :operator, :challenge, UTC_TIMESTAMP(6),
                                UTC_TIMESTAMP(6) + INTERVAL :lifetime MICROSECOND)
                            """)
                    .bind("hash", Secrets.hash(ticket))
                    .bind("request", id)
                    .bind("operator", who.name())
                    .bind("challenge", Base64.getUrlDecoder().decode(challenge))
                    .bind("lifetime", settings.ticket().toMillis() * 1000)
                    .execute();
            return handle.createQuery("SELECT expires_at FROM entry WHERE ticket_hash = :hash")
                    .bind("hash", Secrets.hash(ticket))
                    .map((found, context) ->
                            new Entry(
                                    origin + "/.opnmanager/enter",
                                    ticket,
                                    UtcTime.read(found, "expires_at")))
                    .one();
        });
    }

    private static void requireOwn(RequestRow row, Caller.Operator who) {
        // In one answer: whose request it is must not be told to others.
        if (!row.view().requestedBy().equals(who.name())
                || !who.reach().includes(row.firewallTags())) {
            throw new Problem(
                    ProblemCode.NOT_YOURS,
                    "wanted a request that the caller asked for and may still have, found request "
                            + row.id());
        }
    }

    /** The operator's row is locked meanwhile, so that many at once cannot all find room. */
    private void requireRoom(Handle handle, Caller.Operator who) {
        handle.createQuery("SELECT name FROM operator WHERE name = :operator FOR UPDATE")
                .bind("operator", who.name())
                .mapTo(String.class)
                .findOne();
        int unused =
                handle.createQuery(
                                """
                                SELECT COUNT(*) FROM entry
                                WHERE operator = :operator AND used_at IS NULL AND expires_at > UTC_TIMESTAMP(6)
                                """)
                        .bind("operator", who.name())
                        .mapTo(Integer.class)
                        .one();
        if (unused >= settings.tickets()) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "wanted at most %d tickets that nobody used yet".formatted(settings.tickets()),
                    settings.ticket());
        }
    }

    /** What came of showing a ticket. */
    public sealed interface Shown {

        /**
         * The browser is let in.
         *
         * @param cookie by which it is known from now on
         */
        record LetIn(String cookie) implements Shown {
            /** Without the cookie. */
            @Override
            public String toString() {
                return "LetIn[]";
            }
        }

        /** It is not. */
        record Refused(EntryResult why) implements Shown {}
    }

    /**
     * A browser shows a ticket on the host of a session.
     *
     * @param nonce the number behind the challenge, as the browser holds it; null when it holds
     *     none
     * @param address where the browser is
     */
    public Shown show(
            LiveSession session, String ticket, @Nullable String nonce, @Nullable String address) {
        String subject = "request:" + session.request();
        Used used =
                jdbi.inTransaction(handle -> {
                    Used found = use(handle, session, ticket, nonce);
                    if (found.result() == EntryResult.ENTERED) {
                        audit.done(
                                handle,
                                new Caller.Operator(found.operator(), Role.OPERATOR, Reach.ALL),
                                address,
                                "session.enter",
                                subject);
                    }
                    return found;
                });
        rooms.metrics.entry(used.result());
        if (used.result() != EntryResult.ENTERED) {
            audit.refusedFrom(
                    address,
                    used.operator().isEmpty() ? "unknown" : "operator:" + used.operator(),
                    "session.enter",
                    subject,
                    ProblemCode.NOT_ALLOWED,
                    "ticket: " + used.result().name().toLowerCase(Locale.ROOT));
            return new Shown.Refused(used.result());
        }
        session.kind(rooms.firewalls.one(session.row().firewallId()).kind());
        sessions.entered(session);
        LOG.infof("session entered: request=%d operator=%s", session.request(), used.operator());
        return new Shown.LetIn(session.letIn());
    }

    /** A ticket after it was shown; the operator is empty when there is no such ticket. */
    private record Used(EntryResult result, String operator) {}

    private static Used use(
            Handle handle, LiveSession session, String ticket, @Nullable String nonce) {
        byte[] hash = Secrets.hash(ticket);
        int fresh =
                handle.createUpdate(
                                "UPDATE entry SET used_at = UTC_TIMESTAMP(6) WHERE ticket_hash = :hash AND used_at IS NULL")
                        .bind("hash", hash)
                        .execute();
        Optional<Used> used =
                handle.createQuery(
                                """
                                SELECT e.operator, e.request, e.challenge, e.expires_at > UTC_TIMESTAMP(6) AS in_time,
                                    r.status = 'active' AS active
                                FROM entry e JOIN request_queue r ON r.id = e.request WHERE e.ticket_hash = :hash
                                """)
                        .bind("hash", hash)
                        .map((row, context) -> {
                            EntryResult result;
                            if (fresh == 0) {
                                result = EntryResult.USED;
                            } else if (row.getLong("request") != session.request()) {
                                result = EntryResult.OTHER_SESSION;
                            } else if (!answers(nonce, row.getBytes("challenge"))) {
                                result = EntryResult.OTHER_BROWSER;
                            } else if (!row.getBoolean("in_time")) {
                                result = EntryResult.EXPIRED;
                            } else if (!row.getBoolean("active") || !session.isActive()) {
                                result = EntryResult.NOT_ACTIVE;
                            } else {
                                result = EntryResult.ENTERED;
                            }
                            return new Used(result, row.getString("operator"));
                        })
                        .findOne();
        return used.orElseGet(() -> new Used(EntryResult.UNKNOWN, ""));
    }

    private static boolean answers(@Nullable String nonce, byte[] challenge) {
        return nonce != null && MessageDigest.isEqual(Secrets.hash(nonce), challenge);
    }

    /** Kept for some minutes after their time, so that a ticket shown again is known as that. */
    @Scheduled(every = "60s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void forget() {
        try {
            jdbi.useHandle(handle ->
                    handle.execute(
                            "DELETE FROM entry WHERE expires_at < UTC_TIMESTAMP(6) - INTERVAL 5 MINUTE LIMIT 10000"));
        } catch (RuntimeException e) {
            LOG.warnf("old tickets were not removed: error=%s", e.getMessage());
        }
    }
}
