package io.opnmanager.tunnel.broker.identity;

import io.vertx.core.http.HttpServerRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The TLS client certificate of a connection. The TLS layer has checked its chain against the trust
 * store when the connection began; whose it is, is looked up by its names. Never waits.
 *
 * @param certificate the client's own
 * @param names common name, DNS names, mail addresses and URIs, exactly as they stand there
 */
record ClientCertificate(X509Certificate certificate, Set<String> names) {

    /** RFC 5280 §4.2.1.6: rfc822Name, dNSName, uniformResourceIdentifier. */
    private static final Set<Integer> KINDS = Set.of(1, 2, 6);

    private static final int MOST_NAMES = 100;

    /** The one of this connection; null when none was shown. */
    static @Nullable ClientCertificate of(HttpServerRequest request) {
        SSLSession session = request.connection().sslSession();
        if (session == null) {
            return null;
        }
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate own ? of(own) : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    static ClientCertificate of(X509Certificate own) {
        return new ClientCertificate(own, names(own));
    }

    /** Whether its time is now: a connection may outlive it. */
    boolean isInTime() {
        try {
            certificate.checkValidity();
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }

    Instant expiresAt() {
        return certificate.getNotAfter().toInstant();
    }

    /** SHA-256 of the whole certificate. */
    byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was read can be written", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** None when they cannot be read or are too many to look up: then it is nobody's. */
    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new TreeSet<>();
        try {
            for (Rdn part :
                    new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")
                        && part.getValue() instanceof String name) {
                    names.add(name);
                }
            }
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
                if (alternative.getFirst() instanceof Integer kind
                        && KINDS.contains(kind)
                        && alternative.get(1) instanceof String name) {
                    names.add(name);
                }
            }
        } catch (InvalidNameException | CertificateParsingException e) {
            return Set.of();
        }
        return names.size() > MOST_NAMES ? Set.of() : Set.copyOf(names);
    }
}
