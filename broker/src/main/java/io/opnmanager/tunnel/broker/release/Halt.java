package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.identity.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;

/** Halts a rollout that fails, in the transaction that writes the failure down. */
@ApplicationScoped
class Halt {

    private static final Logger LOG = Logger.getLogger(Halt.class);

    private final Audit audit;
    private final ReleaseMetrics metrics;
    private final Caller.Node node;
    private final int most;

    Halt(Audit audit, ReleaseMetrics metrics, ThisNode node, ReleaseSettings settings) {
        this.audit = audit;
        this.metrics = metrics;
        this.node = new Caller.Node(node.name());
        this.most = settings.failures();
    }

    /** Failures of a version since its rollout was last set going. */
    static int failures(Handle handle) {
        return handle.createQuery(
                        """
                        SELECT COUNT(*) FROM rollout r JOIN update_failure f
                            ON f.version = r.version AND f.failed_at >= r.counting_since
                        """)
                .mapTo(Integer.class)
                .one();
    }

    /** A version that was offered to a firewall has failed there; the same one counts once. */
    void failed(Handle handle, long firewall, String version) {
        // The row of the rollout first: of two failures at the same moment the second counts both.
        handle.createQuery("SELECT id FROM rollout FOR UPDATE").mapTo(Integer.class).one();
        int written =
                handle.createUpdate(
                                """
                                INSERT IGNORE INTO update_failure (firewall_id, version, failed_at)
                                VALUES (:id, :version, UTC_TIMESTAMP(6))
                                """)
                        .bind("id", firewall)
                        .bind("version", version)
                        .execute();
        if (written == 0) {
            return;
        }
        metrics.failed();
        LOG.warnf("update failed: firewall=%d version=%s", firewall, version);
        int failures = failures(handle);
        if (failures >= most) {
            halt(handle, version, "%s failed on %d firewalls".formatted(version, failures));
        }
    }

    private void halt(Handle handle, String version, String reason) {
        int halted =
                handle.createUpdate(
                                """
                                UPDATE rollout SET halted = TRUE, halt_reason = :reason, changed_by = :node, changed_at = UTC_TIMESTAMP(6)
                                WHERE version = :version AND NOT halted
                                """)
                        .bind("reason", reason)
                        .bind("node", node.actor())
                        .bind("version", version)
                        .execute();
        if (halted == 1) {
            audit.record(handle, node, "rollout.halt", "rollout", reason);
            metrics.halted();
            LOG.errorf("rollout halted: version=%s reason=%s", version, reason);
        }
    }
}
