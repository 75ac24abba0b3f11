package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.database.UtcTime;
import io.opnmanager.tunnel.broker.identity.AgentCredentials;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Every agent token's hash in memory, so that no call of an agent, and no flood of calls with wrong
 * tokens, reaches the database. Own changes count at once, those of other nodes within a second.
 *
 * <p>A token is looked up by its SHA-256: how long a look-up takes says something of the hash and
 * nothing of the token, so an ordinary map gives no foothold.
 */
@ApplicationScoped
public class AgentCredentialView implements AgentCredentials {

    private static final Logger LOG = Logger.getLogger(AgentCredentialView.class);

    /**
     * Looked at again in every round: a change carries the time of its statement and becomes
     * visible with its commit, which comes later.
     */
    private static final Duration OVERLAP = Duration.ofSeconds(5);

    static final String SELECT =
            """
            SELECT id, agent_token_hash, former_token_hash, former_token_until, credential_changed_at FROM firewall
            """;

    private final ConcurrentMap<ByteBuffer, Long> firewalls = new ConcurrentHashMap<>();

    /** Tokens that were replaced and go on for a while. */
    private final ConcurrentMap<ByteBuffer, Former> formers = new ConcurrentHashMap<>();

    private record Former(long firewallId, Instant until) {}

    /** What is known of each firewall; guarded by this. Bounded by the number of firewalls. */
    private final Map<Long, Change> known = new HashMap<>();

    /** Guarded by this. */
    private Instant lookedAt = Instant.EPOCH;

    /** Only the scheduled look touches it, one at a time. */
    private volatile boolean blind;

    private final Jdbi jdbi;
    private final Event<CredentialRevoked> revoked;

    AgentCredentialView(Jdbi jdbi, Event<CredentialRevoked> revoked) {
        this.jdbi = jdbi;
        this.revoked = revoked;
    }

    @Override
    public @Nullable Long firewallOf(byte[] tokenHash) {
        ByteBuffer key = ByteBuffer.wrap(tokenHash);
        Long firewall = firewalls.get(key);
        if (firewall != null) {
            return firewall;
        }
        Former former = formers.get(key);
        return former != null && Instant.now().isBefore(former.until())
                ? former.firewallId()
                : null;
    }

    void start(@Observes StartupEvent event) {
        refresh();
    }

    @Scheduled(every = "1s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        try {
            refresh();
            if (blind) {
                LOG.info("changes of agent credentials are seen again");
            }
            blind = false;
        } catch (JdbiException e) {
            // What is known stays valid: agents keep being served while the database is away.
            if (!blind) {
                LOG.warn("changes of agent credentials are not seen: the database does not answer");
            }
            blind = true;
        }
    }

    /**
     * A change that this node committed; {@link CredentialRevoked} is fired when it replaced or
     * removed a credential.
     */
    void apply(Change change) {
        if (take(change)) {
            revoked.fire(new CredentialRevoked(change.firewallId()));
        }
    }

    private void refresh() {
        Instant since;
        synchronized (this) {
            since = lookedAt;
        }
        // The clock is read before the rows: what is committed in between is found next time.
        Instant now =
                jdbi.withHandle(handle ->
                        handle.createQuery("SELECT UTC_TIMESTAMP(6)").mapTo(Instant.class).one());
        List<Change> changes =
                jdbi.withHandle(handle ->
                        handle.createQuery(SELECT + "WHERE credential_changed_at >= :since")
                                .bind("since", since)
                                .map((row, context) -> Change.read(row))
                                .list());
        List<Long> cut = new ArrayList<>();
        for (Change change : changes) {
            if (take(change)) {
                cut.add(change.firewallId());
            }
        }
        synchronized (this) {
            lookedAt = now.minus(OVERLAP);
        }
        for (Long firewall : cut) {
            revoked.fire(new CredentialRevoked(firewall));
        }
    }

    /** True when a credential that was valid until now no longer is. */
    private synchronized boolean take(Change change) {
        Change before = known.get(change.firewallId());
        if (before != null && !change.at().isAfter(before.at())) {
            return false;
        }
        known.put(change.firewallId(), change);
        if (before != null && before.tokenHash() != null) {
            firewalls.remove(ByteBuffer.wrap(before.tokenHash()));
        }
        if (before != null && before.formerHash() != null) {
            formers.remove(ByteBuffer.wrap(before.formerHash()));
        }
        if (change.tokenHash() != null) {
            firewalls.put(ByteBuffer.wrap(change.tokenHash()), change.firewallId());
        }
        if (change.formerHash() != null && change.formerUntil() != null) {
            formers.put(
                    ByteBuffer.wrap(change.formerHash()),
                    new Former(change.firewallId(), change.formerUntil()));
        }
        return before != null && before.tokenHash() != null && change.formerHash() == null;
    }

    /**
     * A credential as of one moment. Times of one firewall only rise, see {@link Credentials}.
     *
     * @param tokenHash SHA-256 of the token, null for none
     * @param formerHash that of one that goes on for a while, null for none
     * @param formerUntil until when
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    record Change(
            long firewallId,
            byte @Nullable [] tokenHash,
            byte @Nullable [] formerHash,
            @Nullable Instant formerUntil,
            Instant at) {

        static Change read(ResultSet row) throws SQLException {
            return new Change(
                    row.getLong("id"),
                    row.getBytes("agent_token_hash"),
                    row.getBytes("former_token_hash"),
                    UtcTime.readOrNull(row, "former_token_until"),
                    UtcTime.read(row, "credential_changed_at"));
        }
    }
}
