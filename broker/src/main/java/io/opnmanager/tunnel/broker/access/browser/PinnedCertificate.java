package io.opnmanager.tunnel.broker.access.browser;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Accepts one certificate, whoever signed it, whatever name and dates it has: a firewall signs its
 * own, and an operator accepted this one.
 */
final class PinnedCertificate extends X509ExtendedTrustManager {

    private final byte[] sha256;
    private final Consumer<byte[]> wrong;

    /**
     * A trust manager for one certificate.
     *
     * @param sha256 of the certificate
     * @param wrong is told the SHA-256 of each other one that is shown
     */
    PinnedCertificate(byte[] sha256, Consumer<byte[]> wrong) {
        this.sha256 = sha256.clone();
        this.wrong = wrong;
    }

    /** Another certificate than the pinned one. */
    static final class Wrong extends CertificateException {
        private static final long serialVersionUID = 1L;

        Wrong() {
            super("wanted the pinned certificate, found another");
        }
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        byte[] shown = digest(chain[0]);
        if (!MessageDigest.isEqual(sha256, shown)) {
            wrong.accept(shown);
            throw new Wrong();
        }
    }

    private static byte[] digest(X509Certificate certificate) throws CertificateEncodingException {
        try {
            return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
        throw new UnsupportedOperationException("the relay is no server to the firewall");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
        throw new UnsupportedOperationException("the relay is no server to the firewall");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
        throw new UnsupportedOperationException("the relay is no server to the firewall");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
