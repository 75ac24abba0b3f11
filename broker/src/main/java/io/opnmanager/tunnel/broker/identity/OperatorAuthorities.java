package io.opnmanager.tunnel.broker.identity;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** The table {@code operator_authority}: with whose keys nodes sign operators' certificates. */
final class OperatorAuthorities {

    private OperatorAuthorities() {}

    /** Tells all nodes of one. */
    static void announce(Handle handle, X509Certificate certificate) {
        try {
            handle.createUpdate(
                            """
                            INSERT IGNORE INTO operator_authority (sha256, certificate, created_at)
                            VALUES (:hash, :certificate, UTC_TIMESTAMP(6))
                            """)
                    .bind("hash", ClientCertificate.of(certificate).hash())
                    .bind("certificate", certificate.getEncoded())
                    .execute();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        }
    }

    /** Those of all nodes. */
    static Set<X509Certificate> all(Handle handle) {
        Set<X509Certificate> found = new HashSet<>();
        for (byte[] encoded :
                handle.createQuery("SELECT certificate FROM operator_authority")
                        .mapTo(byte[].class)
                        .list()) {
            try {
                found.add(
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(new ByteArrayInputStream(encoded)));
            } catch (CertificateException e) {
                throw new IllegalStateException("operator_authority: wanted a certificate", e);
            }
        }
        return found;
    }

    /** Whether one of them has signed a certificate. */
    static boolean haveSigned(Handle handle, X509Certificate certificate) {
        return all(handle).stream().anyMatch(authority -> hasSigned(authority, certificate));
    }

    private static boolean hasSigned(X509Certificate authority, X509Certificate certificate) {
        if (!authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
