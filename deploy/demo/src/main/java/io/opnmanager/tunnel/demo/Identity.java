package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A private key and its certificate.
 *
 * @param key the private key
 * @param certificate for its public key
 */
record Identity(PrivateKey key, X509Certificate certificate) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int SERIAL_BITS = 127;

    /** What a certificate is for. */
    enum Use {
        AUTHORITY,
        SERVER,
        CLIENT
    }

    /** A certificate signed by its own key. */
    static Identity selfSigned(String name, Use use, Duration validity, GeneralName... names) {
        return make(name, use, validity, null, names);
    }

    /** A server's certificate signed by this authority. */
    Identity sign(String name, Duration validity, GeneralName... names) {
        return make(name, Use.SERVER, validity, this, names);
    }

    /** A client's certificate signed by this authority. */
    Identity signClient(String name, Duration validity, GeneralName... names) {
        return make(name, Use.CLIENT, validity, this, names);
    }

    private static Identity make(
            String name,
            Use use,
            Duration validity,
            @Nullable Identity issuer,
            GeneralName... names) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            X500Name subject = new X500Name(name);
            Instant begin = Instant.now().minus(Duration.ofMinutes(5));
            X500Name signer =
                    issuer == null
                            ? subject
                            : new X500Name(issuer.certificate.getSubjectX500Principal().getName());
            var builder =
                    new JcaX509v3CertificateBuilder(
                            signer,
                            new BigInteger(SERIAL_BITS, RANDOM),
                            Date.from(begin),
                            Date.from(begin.plus(validity)),
                            subject,
                            pair.getPublic());
            switch (use) {
                case AUTHORITY -> {
                    builder.addExtension(
                            Extension.basicConstraints, true, new BasicConstraints(true));
                    builder.addExtension(
                            Extension.keyUsage,
                            true,
                            new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                }
                case SERVER ->
                        builder.addExtension(
                                Extension.subjectAlternativeName, false, new GeneralNames(names));
                case CLIENT -> {
                    builder.addExtension(
                            Extension.extendedKeyUsage,
                            false,
                            new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
                    if (names.length > 0) {
                        builder.addExtension(
                                Extension.subjectAlternativeName, false, new GeneralNames(names));
                    }
                }
            }
            var signature =
                    new JcaContentSignerBuilder("SHA256withECDSA")
                            .build(issuer == null ? pair.getPrivate() : issuer.key);
            return new Identity(
                    pair.getPrivate(),
                    new JcaX509CertificateConverter().getCertificate(builder.build(signature)));
        } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
            throw new IllegalStateException("no certificate could be made for " + name, e);
        }
    }

    /** The list of this authority's certificates that are no longer good, for a day. */
    String revocationListPem(Collection<BigInteger> serials) {
        try {
            Instant now = Instant.now();
            var builder =
                    new JcaX509v2CRLBuilder(
                            certificate.getSubjectX500Principal(),
                            Date.from(now.minus(Duration.ofMinutes(5))));
            builder.setNextUpdate(Date.from(now.plus(Duration.ofDays(1))));
            for (BigInteger serial : serials) {
                builder.addCRLEntry(serial, Date.from(now), CRLReason.keyCompromise);
            }
            return pem(
                    "X509 CRL",
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key))
                            .getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("no revocation list could be made", e);
        }
    }

    /** SHA-256 of the certificate: 64 lower-case hexadecimal digits. */
    String fingerprint() {
        return fingerprint(certificate);
    }

    static String fingerprint(Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate could not be read", e);
        }
    }

    /** A context that shows this certificate. */
    SSLContext serverContext() {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry("server", key, new char[0], new Certificate[] {certificate});
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no TLS context could be made", e);
        }
    }

    String certificatePem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate could not be written", e);
        }
    }

    String keyPem() {
        return pem("PRIVATE KEY", key.getEncoded());
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN "
                + kind
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END "
                + kind
                + "-----\n";
    }
}
