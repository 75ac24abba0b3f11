package io.opnmanager.tunnel.broker.audit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/**
 * Seals the audit: every second, what is older than a second, each entry with the hash of the seal
 * before and of itself, in the order of the entries. Every node tries; the one that has locked seal
 * number 0 does it, and the primary key refuses a second seal of one number, so the chain has no
 * fork.
 */
@ApplicationScoped
class Sealer {

    private static final Logger LOG = Logger.getLogger(Sealer.class);
    private static final int BATCH = 500;

    /** In one round; what is left waits a second. */
    private static final int BATCHES = 20;

    /** So that whoever keeps the log has a seal elsewhere to compare with. */
    private static final long NOTED_EVERY = 1_000;

    private final Jdbi jdbi;
    private final AtomicLong sealed = new AtomicLong();

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
                    .map((row, context) ->
                            new Seal(
                                    row.getLong("number"),
                                    row.getLong("audit_id"),
                                    row.getBytes("hash")))
                    .one();
        }
    }

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
            sealed.set(jdbi.withHandle(Seal::last).number());
        } catch (RuntimeException e) {
            LOG.debugf("the audit is sealed later: error=%s", e.getMessage());
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
        byte[] hash = last.hash();
        for (Candidate candidate : candidates(handle, last.auditId())) {
            if (!candidate.settled()) {
                break;
            }
            number++;
            hash = AuditRow.seal(hash, number, candidate.entry());
            batch.bind("number", number)
                    .bind("entry", candidate.entry().id())
                    .bind("hash", hash)
                    .add();
            if (number % NOTED_EVERY == 0) {
                LOG.infof(
                        "audit sealed: number=%d head=%s", number, HexFormat.of().formatHex(hash));
            }
        }
        if (number > last.number()) {
            batch.execute();
        }
        return (int) (number - last.number());
    }

    /**
     * The next ones in their order. A locking read waits for entries that are written and not yet
     * committed instead of passing over them, so that none is found between sealed ones later; and
     * what is younger than a second waits, because a number is drawn a moment before its row is
     * there.
     */
    private static List<Candidate> candidates(Handle handle, long after) {
        return handle.createQuery(
                        """
                        SELECT id, at, actor, action, subject, address, result, detail,
                            at < UTC_TIMESTAMP(6) - INTERVAL 1 SECOND AS settled
                        FROM audit WHERE id > :after ORDER BY id LIMIT :most LOCK IN SHARE MODE
                        """)
                .bind("after", after)
                .bind("most", BATCH)
                .map((row, context) -> new Candidate(AuditRow.read(row), row.getBoolean("settled")))
                .list();
    }
}
