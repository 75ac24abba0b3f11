package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * Signs certificates for operators' own keys. What stands in a request besides its key is not
 * looked at: whose it is, is known, and how long it is good is decided here.
 */
final class OperatorAuthority {

    private static final String FILE = "operator-authority.pem";
    private static final Duration OWN_LIFETIME = Duration.ofDays(3650);

    /** A client's clock may be behind. */
    private static final Duration EARLIER = Duration.ofMinutes(5);

    private static final int SERIAL_BYTES = 16;
    private static final int NAME_BYTES = 6;
    private static final int LEAST_RSA_BITS = 3072;
    private static final int LEAST_EC_BITS = 256;
    private static final int LONGEST_REQUEST = 16 * 1024;
    private static final String SIGNATURE = "SHA256withECDSA";

    private final PrivateKey key;
    private final X509Certificate certificate;

    private OperatorAuthority(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /**
     * Reads it from a folder, or makes it there, readable by this user only.
     *
     * @throws IOException when what is there is not what was written
     */
    static OperatorAuthority in(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                OperatorAuthority made = make();
                PrivateFile.write(file, pem(made.certificate) + pem(made.key));
                return made;
            }
            return read(file);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException("wanted a certificate and its key in " + file, e);
        }
    }

    private static OperatorAuthority make()
            throws GeneralSecurityException, OperatorCreationException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        // Several nodes have one each, and clients tell them apart by their names.
        X500Name name =
                named(
                        "OPNManager Tunnel operators "
                                + HexFormat.of().formatHex(Secrets.random(NAME_BYTES)));
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        serial(),
                        Date.from(now.minus(EARLIER)),
                        Date.from(now.plus(OWN_LIFETIME)),
                        name,
                        pair.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
        return new OperatorAuthority(pair.getPrivate(), signed(builder, pair.getPrivate()));
    }

    private static OperatorAuthority read(Path file) throws IOException, GeneralSecurityException {
        try (PEMParser parser = new PEMParser(Files.newBufferedReader(file))) {
            if (parser.readObject() instanceof X509CertificateHolder holder
                    && parser.readObject() instanceof PrivateKeyInfo key) {
                return new OperatorAuthority(
                        new JcaPEMKeyConverter().getPrivateKey(key),
                        new JcaX509CertificateConverter().getCertificate(holder));
            }
        }
        throw new IOException("wanted a certificate and its key in " + file);
    }

    /** Its own certificate: what whoever checks operators' certificates has to trust. */
    X509Certificate certificate() {
        return certificate;
    }

    /**
     * Signs a certificate for the key of a request.
     *
     * @param operator who will be known by it
     * @param request PKCS #10 in PEM, signed with that key
     * @throws Problem {@code invalid_field} when it is none, is not signed with its key, or the key
     *     is too weak
     */
    X509Certificate sign(String operator, String request, Duration lifetime) {
        PublicKey asked = keyOf(request);
        Instant now = Instant.now();
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            new X500Name(certificate.getSubjectX500Principal().getName()),
                            serial(),
                            Date.from(now.minus(EARLIER)),
                            Date.from(now.plus(lifetime)),
                            named(operator),
                            asked);
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    extensions.createAuthorityKeyIdentifier(certificate.getPublicKey()));
            return signed(builder, key);
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("a certificate could not be signed", e);
        }
    }

    private static PublicKey keyOf(String request) {
        if (request.length() > LONGEST_REQUEST) {
            throw refused(
                    "at most %d characters".formatted(LONGEST_REQUEST), request.length() + "");
        }
        try (PEMParser parser = new PEMParser(new StringReader(request))) {
            if (!(parser.readObject()
                    instanceof org.bouncycastle.pkcs.PKCS10CertificationRequest found)) {
                throw refused("a certificate request in PEM", "something else");
            }
            PublicKey key = new JcaPKCS10CertificationRequest(found).getPublicKey();
            requireStrong(key);
            if (!found.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
                throw refused("a request that is signed with its own key", "another signature");
            }
            return key;
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | IllegalArgumentException e) {
            throw refused("a certificate request in PEM", "one that cannot be read");
        }
    }

    private static void requireStrong(PublicKey key) {
        boolean strong =
                switch (key) {
                    case EdECPublicKey _ -> true;
                    case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= LEAST_EC_BITS;
                    case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
                    default -> false;
                };
        if (!strong) {
            throw refused(
                    "a key of Ed25519, ECDSA from %d bits or RSA from %d bits"
                            .formatted(LEAST_EC_BITS, LEAST_RSA_BITS),
                    key.getAlgorithm() + " that is weaker or another");
        }
    }

    private static Problem refused(String wanted, String found) {
        return new Problem(
                ProblemCode.INVALID_FIELD,
                "certificate_request: wanted %s, found %s".formatted(wanted, found));
    }

    private static X509Certificate signed(JcaX509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    }

    /** A name is data here: nothing in it is taken for a further part of the subject. */
    private static X500Name named(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, commonName).build();
    }

    private static BigInteger serial() {
        return new BigInteger(1, Secrets.random(SERIAL_BYTES)).shiftRight(1).setBit(0);
    }

    /** As PEM, for files and answers. */
    static String pem(Object part) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(
                    part instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : part);
        }
        return text.toString();
    }
}
