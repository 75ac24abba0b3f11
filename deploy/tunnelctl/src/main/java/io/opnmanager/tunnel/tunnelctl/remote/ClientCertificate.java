package io.opnmanager.tunnel.tunnelctl.remote;

import io.opnmanager.tunnel.tunnelctl.broker.Trust;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What a client shows to the gateway.
 *
 * @param key never leaves this machine
 * @param chain its certificate, and those that vouch for it
 */
public record ClientCertificate(PrivateKey key, List<X509Certificate> chain) {

    private static final String SIGNATURE = "SHA256withECDSA";

    /**
     * From PEM, in any order, the key without a password.
     *
     * @param name of the file or files, for the error
     * @throws IllegalArgumentException when there is not exactly one key, or no certificate
     */
    public static ClientCertificate parse(String pem, String name) {
        var keys = new ArrayList<PrivateKey>();
        var chain = new ArrayList<X509Certificate>();
        try (PEMParser parser = new PEMParser(new StringReader(pem))) {
            var converter = new JcaPEMKeyConverter();
            Object found = parser.readObject();
            while (found != null) {
                switch (found) {
                    case PrivateKeyInfo key -> keys.add(converter.getPrivateKey(key));
                    case PEMKeyPair pair ->
                            keys.add(converter.getPrivateKey(pair.getPrivateKeyInfo()));
                    case X509CertificateHolder holder ->
                            chain.add(new JcaX509CertificateConverter().getCertificate(holder));
                    default -> {
                        // Parameters of a curve, for example.
                    }
                }
                found = parser.readObject();
            }
        } catch (IOException | GeneralSecurityException e) {
            // Without the cause: it may quote what it read.
            throw new IllegalArgumentException(name + ": wanted PEM, found something else");
        }
        if (keys.size() != 1 || chain.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: wanted one key without a password and its certificate, found %d keys and %d certificates"
                            .formatted(name, keys.size(), chain.size()));
        }
        return new ClientCertificate(keys.getFirst(), List.copyOf(chain));
    }

    /** TLS that shows it. */
    public SSLContext tls(@Nullable Path caFile) {
        return Trust.context(caFile, key, chain);
    }

    /** When it ends. */
    public Instant expiresAt() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /** A key that has just been made, and the request for its certificate. */
    public record Fresh(String keyPem, String requestPem) {

        /** Without the key. */
        @Override
        public String toString() {
            return "Fresh[]";
        }
    }

    /**
     * Makes a key on the curve P-256. What stands in the request besides it, the broker ignores.
     */
    public static Fresh fresh() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            var request =
                    new JcaPKCS10CertificationRequestBuilder(
                                    new X500Principal("CN=tunnelctl"), pair.getPublic())
                            .build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate()));
            return new Fresh(pem(new JcaPKCS8Generator(pair.getPrivate(), null)), pem(request));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("a key could not be made", e);
        }
    }

    private static String pem(Object object) throws IOException {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            writer.writeObject(object);
        }
        return text.toString();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ClientCertificate[" + chain.getFirst().getSubjectX500Principal() + "]";
    }
}
