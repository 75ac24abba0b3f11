package io.opnmanager.tunnel.tunnelctl.broker;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Who may vouch for broker and gateway. There is no way to skip the check. */
public final class Trust {

    private static final char[] NO_PASSWORD = new char[0];

    private Trust() {}

    /**
     * TLS that shows no certificate.
     *
     * @param caFile PEM file with authorities; null is the system's
     * @throws IllegalArgumentException when the file cannot be used
     */
    public static SSLContext context(@Nullable Path caFile) {
        return context(caFile, null);
    }

    /** TLS that shows this certificate. */
    public static SSLContext context(
            @Nullable Path caFile, PrivateKey key, List<X509Certificate> chain) {
        try {
            KeyStore store = empty();
            store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return context(caFile, factory.getKeyManagers());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "certificate: wanted a key and its certificate, found others", e);
        }
    }

    private static SSLContext context(@Nullable Path caFile, KeyManager @Nullable [] keys) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, managers(caFile), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("TLS cannot be had", e);
        }
    }

    private static TrustManager[] managers(@Nullable Path caFile) throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(caFile == null ? null : authorities(caFile));
        return factory.getTrustManagers();
    }

    private static KeyStore authorities(Path file) {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw new IllegalArgumentException(
                        "ca-file: wanted a certificate at least, found none in " + file);
            }
            KeyStore store = empty();
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            return store;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "ca-file: wanted a readable PEM file, found %s (%s)"
                            .formatted(file, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
