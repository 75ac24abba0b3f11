package io.opnmanager.tunnel.broker.identity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** How names of certificates are looked up. */
final class CertificateRow {

    private CertificateRow() {}

    /** The operators who have a name of this certificate. */
    static List<Admitted> owners(Handle handle, ClientCertificate certificate) {
        Credential credential = Credential.certificate(certificate.expiresAt());
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
}
