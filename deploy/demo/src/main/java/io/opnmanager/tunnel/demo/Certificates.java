package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x509.GeneralName;

/** A small authority and a certificate of it for a broker on this machine, as files. */
public final class Certificates {

    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration VALIDITY = Duration.ofDays(397);

    private final Path folder;
    private final SSLContext clientContext;

    private Certificates(Path folder, SSLContext clientContext) {
        this.folder = folder;
        this.clientContext = clientContext;
    }

    /** Makes new ones in the folder. The authority's key is thrown away, the server's is 0600. */
    public static Certificates make(Path folder) throws IOException {
        return make(folder, LOOPBACK);
    }

    /**
     * The same for a broker that is reached at another address too.
     *
     * @param address in numbers
     */
    public static Certificates make(Path folder, String address) throws IOException {
        PrivateFile.folder(folder);
        Identity authority =
                Identity.selfSigned(
                        "CN=OPNManager Tunnel demo authority", Identity.Use.AUTHORITY, VALIDITY);
        Stream<GeneralName> names =
                Stream.concat(
                        // With the hosts of sessions.
                        Stream.of("localhost", "*.localhost")
                                .map(name -> new GeneralName(GeneralName.dNSName, name)),
                        Stream.of(LOOPBACK, address)
                                .distinct()
                                .map(number -> new GeneralName(GeneralName.iPAddress, number)));
        Identity server =
                authority.sign("CN=localhost", VALIDITY, names.toArray(GeneralName[]::new));
        var certificates = new Certificates(folder, trusting(authority));
        PrivateFile.write(certificates.authorityFile(), authority.certificatePem());
        PrivateFile.write(certificates.certificateFile(), server.certificatePem());
        PrivateFile.write(certificates.keyFile(), server.keyPem());
        return certificates;
    }

    private static SSLContext trusting(Identity authority) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("authority", authority.certificate());
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS context could be made", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What clients of the broker have to trust. */
    public Path authorityFile() {
        return folder.resolve("ca.pem");
    }

    /** The broker's own certificate. */
    public Path certificateFile() {
        return folder.resolve("server.pem");
    }

    /** Its private key, 0600. */
    public Path keyFile() {
        return folder.resolve("server-key.pem");
    }

    /** The public key of the broker's certificate as agents pin it, {@code sha256/<base64>}. */
    public String pin() {
        try (InputStream in = Files.newInputStream(certificateFile())) {
            byte[] key =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(in)
                            .getPublicKey()
                            .getEncoded();
            return "sha256/"
                    + Base64.getEncoder()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a certificate that cannot be read", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For a client that trusts this authority and no other. */
    public SSLContext clientContext() {
        return clientContext;
    }
}
