package io.opnmanager.tunnel.broker.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Seals the audit: every second, each new entry with the hash of the seal before and of itself, in
 * the order of the entries. Every node tries; the one that has locked seal number 0 does it, and
 * the primary key refuses a second seal of one number, so the chain has no fork.
 */
@ApplicationScoped
class Sealer {

    private static final Logger LOG = Logger.getLogger(Sealer.class);
    private static final int BATCH = 500;

    /** In one round; what is left waits a second. */
    private static final int BATCHES = 20;

    /** So that whoever keeps the log has seals elsewhere to compare with. */
    private static final Duration NOTED_EVERY = Duration.ofHours(1);

    private final Jdbi jdbi;
    private final AtomicLong sealed = new AtomicLong();

    /** The last seal that the log has. Only the scheduled look touches it, one at a time. */
    private long noted;

    private long notedAt = System.nanoTime() - NOTED_EVERY.toNanos();

    Sealer(Jdbi jdbi, MeterRegistry registry) {
        this.jdbi = jdbi;
        Gauge.builder("opnmanager.audit.sealed", sealed, AtomicLong::get)
                .description("Number of the last seal of the audit. It never falls.")
                .register(registry);
    }

    /** The last seal: what the next one goes on from. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    record Seal(long number, long auditId, byte[] hash) {

        static Seal last(Handle handle) {
            return handle.createQuery(
                            "SELECT number, audit_id, hash FROM audit_seal ORDER BY number DESC LIMIT 1")
                    .map((row, context) -> read(row))
                    .one();
        }

        static Seal read(ResultSet row) throws SQLException {
            return new Seal(row.getLong("number"), row.getLong("audit_id"), row.getBytes("hash"));
        }
    }

    /** Settled is what waited long enough behind a number that was left out. */
    private record Candidate(AuditEntry entry, boolean settled) {}

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        try {
            int batches = 0;
            int done;
            do {
                done = seal();
                batches++;
            } while (done == BATCH && batches < BATCHES);
            Seal last = jdbi.withHandle(Seal::last);
            sealed.set(last.number());
            note(last);
        } catch (RuntimeException e) {
            LOG.debugf("the audit is sealed later: error=%s", e.getMessage());
        }
    }

    private void note(Seal last) {
        long now = System.nanoTime();
        if (last.number() > noted && now - notedAt >= NOTED_EVERY.toNanos()) {
            noted = last.number();
            notedAt = now;
            LOG.infof(
                    "audit sealed: number=%d head=%s",
                    last.number(), HexFormat.of().formatHex(last.hash()));
        }
    }

    /** Seals one batch, unless another node is at it; says how many. */
    int seal() {
        // Locks rows and no gaps between them: nobody who writes into the audit waits for this.
        return jdbi.inTransaction(
                TransactionIsolationLevel.READ_COMMITTED,
                handle -> {
                    boolean mine =
                            handle.createQuery(
                                            "SELECT number FROM audit_seal WHERE number = 0 FOR UPDATE SKIP LOCKED")
                                    .mapTo(Long.class)
                                    .findOne()
                                    .isPresent();
                    return mine ? seal(handle, Seal.last(handle)) : 0;
                });
    }

    private static int seal(Handle handle, Seal last) {
        var batch =
                handle.prepareBatch(
                        "INSERT INTO audit_seal (number, audit_id, hash) VALUES (:number, :entry, :hash)");
        long number = last.number();
        long entry = last.auditId();
        byte[] hash = last.hash();
        for (Candidate candidate : candidates(handle, entry)) {
            if (candidate.entry().id() != entry + 1 && !candidate.settled()) {
                break;
            }
            number++;
            entry = candidate.entry().id();
            hash = AuditRow.seal(hash, number, candidate.entry());
            batch.bind("number", number).bind("entry", entry).bind("hash", hash).add();
        }
        if (number > last.number()) {
            batch.execute();
        }
        return (int) (number - last.number());
    }

    /**
     * The next ones in their order. A locking read waits for entries that are written and not yet
     * committed instead of passing over them, so that none is found between sealed ones later.
     * Where a number is left out, what follows it waits: it was taken back, or it was drawn and its
     * row is not there yet.
     */
    private static List<Candidate> candidates(Handle handle, long after) {
        return handle.createQuery(
                        """
                        SELECT id, at, actor, action, subject, address, result, detail,
                            at < UTC_TIMESTAMP(6) - INTERVAL 10 SECOND AS settled
                        FROM audit WHERE id > :after ORDER BY id LIMIT :most LOCK IN SHARE MODE
                        """)
                .bind("after", after)
                .bind("most", BATCH)
                .map((row, context) -> new Candidate(AuditRow.read(row), row.getBoolean("settled")))
                .list();
    }
}
