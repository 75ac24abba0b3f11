package io.opnmanager.tunnel.broker.access.stream;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathParameters;
import java.security.cert.CertificateException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
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

    /**
     * Trusts both.
     *
     * @param nodes certificates of the nodes' authorities
     * @param configured null when there is no other authority
     */
    ClientTrust(Set<X509Certificate> nodes, @Nullable CertPathParameters configured)
            throws GeneralSecurityException {
        this.nodes = nodes;
        this.names =
                nodes.stream()
                        .map(X509Certificate::getSubjectX500Principal)
                        .collect(Collectors.toUnmodifiableSet());
        this.ofNodes = nodes.isEmpty() ? null : manager(parameters(nodes));
        this.configured = configured == null ? null : manager(configured);
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

    private X509ExtendedTrustManager of(X509Certificate[] chain) throws CertificateException {
        X509ExtendedTrustManager manager =
                names.contains(chain[0].getIssuerX500Principal()) ? ofNodes : configured;
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
