package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Whose a TLS client certificate is, for rooms with TLS connections of their own. Its chain has
 * been checked by whoever took the connection.
 */
@Singleton
public class CertificateOwners {

    private final OperatorSignIn signIn;
    private final Jdbi jdbi;

    CertificateOwners(OperatorSignIn signIn, Jdbi jdbi) {
        this.signIn = signIn;
        this.jdbi = jdbi;
    }

    /** The certificates of all nodes with whose keys operators' certificates are signed; blocks. */
    public Set<X509Certificate> authorities() {
        return jdbi.withHandle(OperatorAuthorities::all);
    }

    /**
     * Who holds a certificate.
     *
     * @param names by which the holder is known
     * @param operator null unless a node has signed it for one
     */
    public record Holder(Set<String> names, Caller.@Nullable Operator operator) {}

    /**
     * By which names its holder is known: of one that a node has signed the operator's, as long as
     * it is good; else common name, DNS names, mail addresses and URIs, as they stand there. Blocks
     * when memory does not know the operator.
     *
     * @param byNode whether one of {@link #authorities} has signed it
     */
    public Holder holder(X509Certificate certificate, boolean byNode, @Nullable String address) {
        if (byNode) {
            Caller.Operator operator = owner(certificate, address);
            return new Holder(Set.of(operator.name()), operator);
        }
        return new Holder(ClientCertificate.of(certificate).names(), null);
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
