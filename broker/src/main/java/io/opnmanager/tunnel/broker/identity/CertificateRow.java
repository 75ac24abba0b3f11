package io.opnmanager.tunnel.broker.identity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** How names of certificates are looked up. */
final class CertificateRow {

    private CertificateRow() {}

    /** The operators who have a name of this certificate. */
    static List<Admitted> owners(Handle handle, ClientCertificate certificate) {
        if (OperatorAuthorities.haveSigned(handle, certificate.certificate())) {
            // Its names say nothing: one that was revoked must not be taken for another kind.
            Admitted owner = ofRow(handle, certificate);
            return owner == null ? List.of() : List.of(owner);
        }
        Credential credential = Credential.certificate(certificate.expiresAt(), null);
        Map<String, Admitted> owners = new LinkedHashMap<>();
        var _ =
                handle.createQuery(
                                """
                                SELECT c.name AS certificate_name, o.name, o.role, o.tags
                                FROM operator_certificate_name c JOIN operator o ON o.name = c.operator
                                WHERE c.name IN (<names>)
                                """)
                        .bindList("names", List.copyOf(certificate.names()))
                        .map((row, context) -> {
                            // The column's comparison pads with spaces.
                            if (certificate.names().contains(row.getString("certificate_name"))) {
                                Caller.Operator operator = OperatorRow.caller(row);
                                owners.put(operator.name(), new Admitted(operator, credential));
                            }
                            return owners.size();
                        })
                        .list();
        return List.copyOf(owners.values());
    }

    /**
     * Whose it is, of those that nodes have signed; null when its time is over or it was revoked.
     */
    private static @Nullable Admitted ofRow(Handle handle, ClientCertificate certificate) {
        return handle.createQuery(
                        """
                        SELECT c.expires_at, c.token, t.role AS token_role, t.tags AS token_tags, o.name, o.role, o.tags
                        FROM operator_certificate c JOIN operator o ON o.name = c.operator
                            LEFT JOIN operator_token t ON t.id = c.token
                        WHERE c.sha256 = :hash AND c.expires_at > UTC_TIMESTAMP(6)
                            AND (c.token IS NULL OR t.expires_at > UTC_TIMESTAMP(6))
                        """)
                .bind("hash", certificate.hash())
                .map((row, context) -> {
                    Caller.Operator operator = OperatorRow.caller(row);
                    long token = row.getLong("token");
                    boolean withToken = !row.wasNull();
                    return new Admitted(
                            withToken ? TokenRow.narrowed(operator, row) : operator,
                            Credential.certificate(
                                    certificate.expiresAt(), withToken ? token : null));
                })
                .findOne()
                .orElse(null);
    }
}
