package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.contract.operator.OperatorCertificate;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code operator_certificate}. Every call blocks. This node's authority is made at its
 * first start; its key never leaves the node.
 */
@ApplicationScoped
class OperatorCertificates {

    private final Jdbi jdbi;
    private final Witness witness;
    private final OperatorRights rights;
    private final Duration lifetime;
    private final StateFolder state;

    private volatile @Nullable OperatorAuthority authority;

    OperatorCertificates(
            Jdbi jdbi,
            Witness witness,
            OperatorRights rights,
            OperatorCertificateConfiguration configuration,
            StateFolder state) {
        this.jdbi = jdbi;
        this.witness = witness;
        this.rights = rights;
        this.lifetime = configuration.lifetime();
        this.state = state;
    }

    /**
     * At the start already: the other nodes' gateways have to know this authority before its first
     * certificate is shown to them.
     */
    void start(@Observes @Priority(15) StartupEvent event) {
        try {
            OperatorAuthority own = OperatorAuthority.in(state.stateFolder());
            jdbi.useHandle(handle -> OperatorAuthorities.announce(handle, own.certificate()));
            authority = own;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the authority of operators' certificates could not be kept: check opnmanager.state-folder",
                    e);
        }
    }

    /**
     * Signs a certificate that stands for an operator from now on, on all nodes.
     *
     * @param caller with what was shown: a token's certificate goes with the token
     * @throws io.opnmanager.tunnel.broker.problem.Problem {@code invalid_field}
     */
    OperatorCertificate create(Admitted caller, String request) {
        OperatorAuthority signer = authority();
        Caller.Operator operator = caller.operator();
        X509Certificate signed = signer.sign(operator.name(), request, lifetime);
        ClientCertificate made = ClientCertificate.of(signed);
        jdbi.useTransaction(handle -> {
            handle.createUpdate(
                            "DELETE FROM operator_certificate WHERE operator = :operator AND expires_at <= UTC_TIMESTAMP(6)")
                    .bind("operator", operator.name())
                    .execute();
            handle.createUpdate(
                            """
                            INSERT INTO operator_certificate (sha256, operator, token, created_at, expires_at)
                            VALUES (:hash, :operator, :token, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL :lifetime SECOND)
                            """)
                    .bind("hash", made.hash())
                    .bind("operator", operator.name())
                    .bind("token", caller.credential().token())
                    .bind("lifetime", lifetime.toSeconds())
                    .execute();
            witness.record(
                    handle,
                    operator,
                    "certificate.create",
                    "operator:" + operator.name(),
                    "serial " + signed.getSerialNumber().toString(16));
        });
        try {
            return new OperatorCertificate(
                    OperatorAuthority.pem(signed),
                    OperatorAuthority.pem(signer.certificate()),
                    made.expiresAt());
        } catch (IOException e) {
            throw new UncheckedIOException("a certificate could not be written", e);
        }
    }

    /** Revokes all of an operator, or of the token that was shown; at once on this node. */
    void revokeAll(Admitted caller) {
        Caller.Operator operator = caller.operator();
        jdbi.useTransaction(handle -> {
            int gone =
                    handle.createUpdate(
                                    "DELETE FROM operator_certificate WHERE operator = :operator AND (:token IS NULL OR token = :token)")
                            .bind("operator", operator.name())
                            .bind("token", caller.credential().token())
                            .execute();
            witness.record(
                    handle,
                    operator,
                    "certificate.revoke-all",
                    "operator:" + operator.name(),
                    gone + " certificates");
            OperatorRights.count(handle);
        });
        rights.changed();
    }

    private OperatorAuthority authority() {
        OperatorAuthority own = authority;
        if (own == null) {
            throw new IllegalStateException("asked for a certificate before the start");
        }
        return own;
    }
}
