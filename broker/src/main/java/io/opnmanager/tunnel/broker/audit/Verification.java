package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.AuditBreak;
import io.opnmanager.tunnel.contract.operator.AuditBreak.What;
import io.opnmanager.tunnel.contract.operator.AuditEntry;
import io.opnmanager.tunnel.contract.operator.AuditVerdict;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Compares the audit with its seals, from the first on, and stops at the first that does not fit.
 * What is sealed never changes, so it can be read in batches while others write.
 */
@ApplicationScoped
class Verification {

    private static final int BATCH = 2_000;
    private static final byte[] NOTHING_SEALED = new byte[32];

    /** It reads all of a table: one at a time is enough for anybody. */
    private final Semaphore one = new Semaphore(1);

    private final Jdbi jdbi;

    private final AuditMetrics metrics;

    Verification(Jdbi jdbi, AuditMetrics metrics) {
        this.jdbi = jdbi;
        this.metrics = metrics;
    }

    /**
     * The verdict.
     *
     * @param number of a seal that was noted earlier, null to compare with none
     * @param head that seal in hexadecimal digits
     * @throws Problem {@code too_many_requests} while another one runs
     */
    AuditVerdict verify(@Nullable Long number, @Nullable String head) {
        if (!one.tryAcquire()) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "wanted one verification of the audit at a time, found another one running",
                    Duration.ofSeconds(5));
        }
        try {
            Sealer.Seal last = jdbi.withHandle(Sealer.Seal::last);
            AuditBreak broken = chain(last);
            if (broken == null && number != null && head != null) {
                broken = noted(number, head);
            }
            metrics.verified(broken == null);
            long unsealed =
                    jdbi.withHandle(handle ->
                            handle.createQuery("SELECT COUNT(*) FROM audit WHERE id > :last")
                                    .bind("last", last.auditId())
                                    .mapTo(Long.class)
                                    .one());
            return new AuditVerdict(
                    broken == null,
                    last.number(),
                    unsealed,
                    HexFormat.of().formatHex(last.hash()),
                    broken);
        } finally {
            one.release();
        }
    }

    private @Nullable AuditBreak chain(Sealer.Seal last) {
        byte[] hash = NOTHING_SEALED;
        long number = 0;
        long entry = Long.MIN_VALUE;
        while (number < last.number()) {
            Batch batch = read(number, entry);
            if (batch.seals().isEmpty()) {
                return new AuditBreak(number + 1, null, What.MISSING);
            }
            int next = 0;
            for (Sealer.Seal seal : batch.seals()) {
                number++;
                if (seal.number() != number) {
                    return new AuditBreak(number, null, What.MISSING);
                }
                AuditEntry found = next < batch.entries().size() ? batch.entries().get(next) : null;
                if (found == null || found.id() > seal.auditId()) {
                    return new AuditBreak(number, seal.auditId(), What.MISSING);
                }
                if (found.id() < seal.auditId()) {
                    return new AuditBreak(number, found.id(), What.INSERTED);
                }
                hash = AuditRow.seal(hash, number, found);
                if (!Arrays.equals(hash, seal.hash())) {
                    return new AuditBreak(number, seal.auditId(), What.CHANGED);
                }
                next++;
                entry = seal.auditId();
            }
        }
        return null;
    }

    private record Batch(List<Sealer.Seal> seals, List<AuditEntry> entries) {}

    private Batch read(long number, long entry) {
        return jdbi.withHandle(handle -> {
            List<Sealer.Seal> seals =
                    handle.createQuery(
                                    "SELECT number, audit_id, hash FROM audit_seal WHERE number > :number ORDER BY number LIMIT :most")
                            .bind("number", number)
                            .bind("most", BATCH)
                            .map((row, context) -> Sealer.Seal.read(row))
                            .list();
            return new Batch(seals, entries(handle, entry));
        });
    }

    /** As many as there are seals: with one more among them an earlier one does not fit already. */
    private static List<AuditEntry> entries(Handle handle, long after) {
        return handle.createQuery(AuditRow.SELECT + "WHERE id > :after ORDER BY id LIMIT :most")
                .bind("after", after)
                .bind("most", BATCH)
                .map((row, context) -> AuditRow.read(row))
                .list();
    }

    /** Whether a seal is what somebody noted: an end that was cut off is seen by nothing else. */
    private @Nullable AuditBreak noted(long number, String head) {
        byte[] hash =
                jdbi.withHandle(handle ->
                        handle.createQuery("SELECT hash FROM audit_seal WHERE number = :number")
                                .bind("number", number)
                                .map((row, context) -> row.getBytes("hash"))
                                .findOne()
                                .orElse(null));
        if (hash == null) {
            return new AuditBreak(number, null, What.MISSING);
        }
        return HexFormat.of().formatHex(hash).equals(head)
                ? null
                : new AuditBreak(number, null, What.CHANGED);
    }
}
