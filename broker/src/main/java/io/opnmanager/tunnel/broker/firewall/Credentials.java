package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.audit.Audit;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.Secrets;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Rotates and revokes what an agent signs in with. Every change carries a time that is later than
 * the one before of the same row, whatever the clock says: that is what nodes compare.
 */
@ApplicationScoped
class Credentials {

    private final Jdbi jdbi;
    private final Audit audit;
    private final AgentCredentialView view;

    Credentials(Jdbi jdbi, Audit audit, AgentCredentialView view) {
        this.jdbi = jdbi;
        this.audit = audit;
        this.view = view;
    }

    /**
     * A new token, the SSH key stays. Without an overlap the old token is dead when this returns;
     * with one it goes on. Repeated within it, the token that goes on is still the first one: what
     * was answered in between may have been lost.
     *
     * @param overlap in seconds
     * @throws Problem {@code firewall_unknown}, {@code not_enrolled}
     */
    String rotate(Caller caller, long id, int overlap) {
        String token = Secrets.newToken(Secrets.AGENT_PREFIX);
        byte[] hash = Secrets.hash(token);
        AgentCredentialView.Change change =
                jdbi.inTransaction(handle -> {
                    if (!lock(handle, id)) {
                        throw new Problem(
                                ProblemCode.NOT_ENROLLED,
                                "firewall " + id + " holds no credential to rotate");
                    }
                    replace(handle, id, hash, overlap);
                    audit.record(
                            handle,
                            caller,
                            "firewall.rotate",
                            Firewalls.subject(id),
                            Audit.DONE,
                            overlap == 0 ? null : "overlap=" + overlap);
                    return changed(handle, id);
                });
        view.apply(change);
        return token;
    }

    /**
     * No credential any more, and no enrolment token; dead when this returns. Revoking nothing is
     * no error.
     *
     * @throws Problem {@code firewall_unknown}
     */
    void revoke(Caller caller, long id) {
        AgentCredentialView.Change change =
                jdbi.inTransaction(handle -> {
                    lock(handle, id);
                    handle.createUpdate(
                                    """
                                    UPDATE firewall SET agent_token_hash = NULL, former_token_hash = NULL,
                                        former_token_until = NULL, ssh_public_key = NULL,
                                        ssh_key_fingerprint = NULL, enrolled_at = NULL
                                    WHERE id = :id
                                    """)
                            .bind("id", id)
                            .execute();
                    handle.createUpdate("DELETE FROM enrolment_token WHERE firewall_id = :id")
                            .bind("id", id)
                            .execute();
                    audit.record(
                            handle,
                            caller,
                            "firewall.revoke",
                            Firewalls.subject(id),
                            Audit.DONE,
                            null);
                    return changed(handle, id);
                });
        view.apply(change);
    }

    /**
     * Locks the row until the end of the transaction and says whether it holds a credential.
     *
     * @throws Problem {@code firewall_unknown}
     */
    static boolean lock(Handle handle, long id) {
        return handle.createQuery(
                        "SELECT agent_token_hash IS NOT NULL FROM firewall WHERE id = :id FOR UPDATE")
                .bind("id", id)
                .mapTo(Boolean.class)
                .findOne()
                .orElseThrow(() -> Firewalls.unknown(id));
    }

    /** The columns are set in this order, each from those before the statement. */
    private static void replace(Handle handle, long id, byte[] hash, int overlap) {
        handle.createUpdate(
                        """
                        UPDATE firewall SET
                            former_token_hash = CASE WHEN :overlap = 0 THEN NULL
                                WHEN former_token_until > UTC_TIMESTAMP(6) THEN former_token_hash
                                ELSE agent_token_hash END,
                            former_token_until = CASE WHEN :overlap = 0 THEN NULL
                                ELSE UTC_TIMESTAMP(6) + INTERVAL :overlap SECOND END,
                            agent_token_hash = :hash
                        WHERE id = :id
                        """)
                .bind("overlap", overlap)
                .bind("hash", hash)
                .bind("id", id)
                .execute();
    }

    /** Marks the credential of a locked row as changed, and answers it as it is then. */
    static AgentCredentialView.Change changed(Handle handle, long id) {
        handle.createUpdate(
                        """
                        UPDATE firewall SET changed_at = UTC_TIMESTAMP(6), credential_changed_at =
                            GREATEST(UTC_TIMESTAMP(6), credential_changed_at + INTERVAL 1 MICROSECOND)
                        WHERE id = :id
                        """)
                .bind("id", id)
                .execute();
        return handle.createQuery(AgentCredentialView.SELECT + "WHERE id = :id")
                .bind("id", id)
                .map((row, context) -> AgentCredentialView.Change.read(row))
                .one();
    }
}
