package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose a TLS client certificate is, for rooms with TLS connections of their own. Its chain has
 * been checked by whoever took the connection.
 */
@Singleton
public class CertificateOwners {

    private final OperatorSignIn signIn;

    CertificateOwners(OperatorSignIn signIn) {
        this.signIn = signIn;
    }

    /** Common name, DNS names, mail addresses and URIs of a certificate, as they stand there. */
    public Set<String> names(X509Certificate certificate) {
        return ClientCertificate.of(certificate).names();
    }

    /**
     * The one operator whose name it has; blocks when memory does not know.
     *
     * @param address whose wrong attempts are counted
     * @throws Problem {@code not_authenticated}, {@code too_many_requests}
     */
    public Caller.Operator owner(X509Certificate certificate, @Nullable String address) {
        ClientCertificate shown = ClientCertificate.of(certificate);
        Admitted known = signIn.knownCertificate(shown);
        return (known == null ? signIn.byCertificate(shown, address) : known).operator();
    }
}
