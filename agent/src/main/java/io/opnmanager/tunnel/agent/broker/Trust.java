package io.opnmanager.tunnel.agent.broker;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.TrustOptions;
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
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** How the broker's certificate is checked. There is no way to skip the check. */
sealed interface Trust {

    /** Puts this into the options of the HTTP client. */
    void applyTo(HttpClientOptions options);

    /**
     * The check that an address asks for.
     *
     * @throws IllegalArgumentException when the CA file cannot be used
     */
    static Trust of(BrokerAddress address) {
        if (address.pinnedKey() != null) {
            return new PinnedKey(BrokerAddress.pinBytes(address.pinnedKey()));
        }
        if (address.caFile() != null) {
            return new Authorities(authoritiesIn(address.caFile()));
        }
        return new SystemStore();
    }

    private static TrustManagerFactory authoritiesIn(Path file) {
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
            return factory;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "ca-file: wanted a readable PEM file, found "
                            + file
                            + " ("
                            + e.getClass().getSimpleName()
                            + ")");
        }
    }

    /** The authorities that the machine trusts, and the host name. */
    record SystemStore() implements Trust {
        @Override
        public void applyTo(HttpClientOptions options) {
            options.setTrustAll(false).setVerifyHost(true);
        }
    }

    /** The authorities of a file, and the host name. */
    record Authorities(TrustManagerFactory factory) implements Trust {
        @Override
        public void applyTo(HttpClientOptions options) {
            options.setTrustAll(false)
                    .setTrustOptions(TrustOptions.wrap(factory))
                    .setVerifyHost(true);
        }
    }

    /** One public key; the name in the certificate says nothing that the key does not. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record PinnedKey(byte[] sha256) implements Trust {
        @Override
        public void applyTo(HttpClientOptions options) {
            options.setTrustAll(false)
                    .setTrustOptions(TrustOptions.wrap(new PinCheck(sha256)))
                    .setVerifyHost(false);
        }
    }

    /**
     * Compares the leaf's public key. The handshake itself proves that the peer holds the private
     * one.
     */
    final class PinCheck extends X509ExtendedTrustManager {
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
