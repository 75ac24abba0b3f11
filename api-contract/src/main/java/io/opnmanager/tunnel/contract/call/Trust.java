package io.opnmanager.tunnel.contract.call;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** How the broker's certificate is checked. There is no way to skip the check. */
final class Trust {
    private Trust() {}

    /**
     * TLS with the check that an address asks for: one public key, whatever the name in its
     * certificate, or authorities and the host name, which the HTTP client has compared.
     *
     * @throws IllegalArgumentException when the CA file cannot be used
     */
    static SSLContext of(BrokerAddress address) {
        if (address.pinnedKey() != null) {
            return context(
                    new TrustManager[] {new PinCheck(BrokerAddress.pinBytes(address.pinnedKey()))});
        }
        // Without any the JDK takes the authorities that the machine trusts.
        return context(address.caFile() == null ? null : authoritiesIn(address.caFile()));
    }

    private static SSLContext context(TrustManager @Nullable [] trusted) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trusted, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS on this machine", e);
        }
    }

    private static TrustManager[] authoritiesIn(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException("ca-file holds no certificate: " + file);
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "ca-file: wanted a readable PEM file, found "
                            + file
                            + " ("
                            + e.getClass().getSimpleName()
                            + ")");
        }
    }

    /**
     * Compares the leaf's public key. The handshake itself proves that the peer holds the private
     * one. Extended, because the JDK would add its check of the name to a plain one.
     */
    private static final class PinCheck extends X509ExtendedTrustManager {
        private final byte[] sha256;

        private PinCheck(byte[] sha256) {
            this.sha256 = sha256.clone();
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            try {
                byte[] found =
                        MessageDigest.getInstance("SHA-256")
                                .digest(chain[0].getPublicKey().getEncoded());
                if (!MessageDigest.isEqual(found, sha256)) {
                    throw new CertificateException(
                            "the broker's public key is not the pinned one, found sha256/"
                                    + Base64.getEncoder().encodeToString(found));
                }
            } catch (GeneralSecurityException e) {
                throw e instanceof CertificateException c ? c : new CertificateException(e);
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            check(chain);
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
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw notAServer(type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw notAServer(type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw notAServer(type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }

        private static CertificateException notAServer(String type) {
            return new CertificateException(
                    String.format(Locale.ROOT, "no client is expected here (%s)", type));
        }
    }
}
