package io.opnmanager.tunnel.broker.access.stream;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathParameters;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * Which clients' certificates are in order: those that nodes have signed, and those of the
 * authority in the configuration. Only the latter can be on a revocation list; of the former the
 * database knows.
 */
final class ClientTrust extends X509ExtendedTrustManager {

    private final Set<X509Certificate> nodes;
    private final Set<X500Principal> names;
    private final @Nullable X509ExtendedTrustManager ofNodes;
    private final @Nullable X509ExtendedTrustManager configured;
    private final CheckedChains chains;

    /**
     * A client's certificate that is in order.
     *
     * @param byNode whether a node has signed it
     */
    record Trusted(X509Certificate certificate, boolean byNode) {}

    /**
     * Trusts both.
     *
     * @param nodes certificates of the nodes' authorities
     * @param configured null when there is no other authority
     * @param lists of what is revoked, as they stand in {@code configured}
     */
    ClientTrust(
            Set<X509Certificate> nodes,
            @Nullable CertPathParameters configured,
            Collection<? extends CRL> lists)
            throws GeneralSecurityException {
        this.nodes = nodes;
        this.names =
                nodes.stream()
                        .map(X509Certificate::getSubjectX500Principal)
                        .collect(Collectors.toUnmodifiableSet());
        this.ofNodes = nodes.isEmpty() ? null : manager(parameters(nodes));
        this.configured = configured == null ? null : manager(configured);
        this.chains = new CheckedChains(lists, InstantSource.system());
    }

    Set<X509Certificate> nodes() {
        return nodes;
    }

    private static PKIXBuilderParameters parameters(Set<X509Certificate> authorities)
            throws GeneralSecurityException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(
                        authorities.stream()
                                .map(authority -> new TrustAnchor(authority, null))
                                .collect(Collectors.toSet()),
                        new X509CertSelector());
        parameters.setRevocationEnabled(false);
        return parameters;
    }

    private static X509ExtendedTrustManager manager(CertPathParameters parameters)
            throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    /**
     * The first of a chain, when all of it is in order now. Remembers what was found for as long as
     * it can be the same.
     */
    Trusted checked(X509Certificate[] chain) throws CertificateException {
        if (!chains.isGood(chain)) {
            of(chain).checkClientTrusted(chain, "UNKNOWN");
            chains.add(chain);
        }
        return new Trusted(chain[0], isByNode(chain[0]));
    }

    private boolean isByNode(X509Certificate certificate) {
        return names.contains(certificate.getIssuerX500Principal());
    }

    private X509ExtendedTrustManager of(X509Certificate[] chain) throws CertificateException {
        X509ExtendedTrustManager manager = isByNode(chain[0]) ? ofNodes : configured;
        if (manager == null) {
            throw new CertificateException("no authority of this name is trusted");
        }
        return manager;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        of(chain).checkClientTrusted(chain, type, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        of(chain).checkClientTrusted(chain, type, engine);
        chains.add(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        of(chain).checkClientTrusted(chain, type);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        throw new CertificateException("for clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("for clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        throw new CertificateException("for clients only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        Stream<X509Certificate> others =
                configured == null ? Stream.empty() : Stream.of(configured.getAcceptedIssuers());
        return Stream.concat(nodes.stream(), others).toArray(X509Certificate[]::new);
    }
}
