package io.opnmanager.tunnel.contract.call;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority and a certificate for 127.0.0.1 that live as long as a rehearsal (X.509, RFC 5280,
 * written in DER by hand, because the JDK only reads them).
 *
 * @param authority in PEM
 * @param certificate the other, in PEM
 * @param key of the other, in PEM
 * @param context that shows the other, and trusts it
 */
record RehearsalCertificates(String authority, String certificate, String key, SSLContext context) {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;

    /** The object identifiers ecdsa-with-SHA256, commonName and those of two extensions. */
    private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("06082a8648ce3d040302");

    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    private static final byte[] SUBJECT_ALT_NAME = HexFormat.of().parseHex("0603551d11");
    private static final byte[] BASIC_CONSTRAINTS = HexFormat.of().parseHex("0603551d13");

    /** The address 127.0.0.1 in a subjectAltName; an authority in basicConstraints. */
    private static final byte[] LOOPBACK = HexFormat.of().parseHex("300687047f000001");

    private static final byte[] AUTHORITY = HexFormat.of().parseHex("30030101ff");

    static RehearsalCertificates make() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair root = generator.generateKeyPair();
        KeyPair leaf = generator.generateKeyPair();
        byte[] authority =
                certificate("authority", root, root, extension(BASIC_CONSTRAINTS, AUTHORITY));
        byte[] shown = certificate("broker", leaf, root, extension(SUBJECT_ALT_NAME, LOOPBACK));
        Certificate certificate =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(shown));
        return new RehearsalCertificates(
                pem("CERTIFICATE", authority),
                pem("CERTIFICATE", shown),
                pem("PRIVATE KEY", leaf.getPrivate().getEncoded()),
                context(leaf, certificate));
    }

    /** Text of RFC 7468. */
    private static String pem(String what, byte[] encoded) {
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                .formatted(what, Base64.getMimeEncoder().encodeToString(encoded));
    }

    private static SSLContext context(KeyPair pair, Certificate certificate)
            throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setKeyEntry(
                    "broker", pair.getPrivate(), new char[0], new Certificate[] {certificate});
            KeyManagerFactory keys =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, new char[0]);
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory trusted =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            // The entry with the key is not looked at.
            store.setCertificateEntry("trusted", certificate);
            trusted.init(store);
            context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
            return context;
        } catch (java.io.IOException impossible) {
            throw new KeyStoreException(impossible);
        }
    }

    private static byte[] certificate(
            String name, KeyPair subject, KeyPair issuer, byte[] extension)
            throws GeneralSecurityException {
        byte[] algorithm = der(SEQUENCE, ECDSA_SHA256);
        byte[] said =
                der(
                        SEQUENCE,
                        der(0xa0, der(INTEGER, new byte[] {2})),
                        der(INTEGER, new byte[] {1}),
                        algorithm,
                        name("authority"),
                        der(SEQUENCE, moment("20200101000000Z"), moment("21000101000000Z")),
                        name(name),
                        subject.getPublic().getEncoded(),
                        der(0xa3, der(SEQUENCE, extension)));
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(issuer.getPrivate());
        signature.update(said);
        return der(SEQUENCE, said, algorithm, der(BIT_STRING, new byte[1], signature.sign()));
    }

    private static byte[] extension(byte[] which, byte[] value) {
        return der(SEQUENCE, which, der(OCTET_STRING, value));
    }

    private static byte[] name(String name) {
        byte[] text = der(UTF8_STRING, name.getBytes(StandardCharsets.UTF_8));
        return der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, text)));
    }

    private static byte[] moment(String moment) {
        return der(GENERALIZED_TIME, moment.getBytes(StandardCharsets.US_ASCII));
    }

    /** One value with its length (X.690 §8.1.3); none here is longer than 65535 bytes. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (length > 255) {
            out.write(0x82);
            out.write(length >> 8);
        } else if (length > 127) {
            out.write(0x81);
        }
        out.write(length);
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }
}
