package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.broker.BrokerFailure;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.quarkus.test.junit.QuarkusTest;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class TrustTest {
    @TempDir Path folder;

    private X509Certificate certificate;
    private BrokerDouble broker;

    @BeforeEach
    void startBroker() throws Exception {
        start("localhost");
    }

    private void start(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "broker",
                                "-keyalg",
                                "EC",
                                "-dname",
                                "CN=" + name,
                                "-ext",
                                "SAN=dns:" + name,
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "changeit")
                        .redirectErrorStream(true)
                        .start();
        String said =
                new String(
                        keytool.getInputStream().readAllBytes(),
                        java.nio.charset.StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        certificate = (X509Certificate) keys.getCertificate("broker");
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        broker = BrokerDouble.secure(context);
        broker.wanted.put(1L, true);
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    private String caFile() throws Exception {
        Path file = folder.resolve("ca.pem");
        Files.writeString(
                file,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'})
                                .encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        return file.toString();
    }

    private String pin() throws Exception {
        return "sha256/"
                + Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(certificate.getPublicKey().getEncoded()));
    }

    private static boolean wants(BrokerAddress address) {
        try (Broker client = Broker.of(address, "token")) {
            return client.wants(1);
        }
    }

    @Test
    void aCertificateThatTheSystemDoesNotTrustIsRefused() {
        assertThatThrownBy(() -> wants(BrokerAddress.of(broker.url(), null, null)))
                .isInstanceOf(BrokerFailure.Away.class)
                .hasMessageContaining("unable to find valid certification path");
        assertThat(broker.calls).isEmpty();
    }

    @Test
    void aCaFileIsTrusted() throws Exception {
        assertThat(wants(BrokerAddress.of(broker.url(), caFile(), null))).isTrue();
    }

    @Test
    void aCaFileDoesNotExcuseAnotherHostName() throws Exception {
        broker.close();
        start("elsewhere");
        assertThatThrownBy(() -> wants(BrokerAddress.of(broker.url(), caFile(), null)))
                .isInstanceOf(BrokerFailure.Away.class)
                .hasMessageContaining("localhost");
        assertThat(broker.calls).isEmpty();
    }

    @Test
    void aPinnedKeyIsTrustedUnderAnyName() throws Exception {
        broker.close();
        start("elsewhere");
        assertThat(wants(BrokerAddress.of(broker.url(), null, pin()))).isTrue();
    }

    @Test
    void anotherKeyThanThePinnedOneIsRefused() throws Exception {
        String otherPin = "sha256/" + Base64.getEncoder().encodeToString(new byte[32]);
        assertThatThrownBy(() -> wants(BrokerAddress.of(broker.url(), null, otherPin)))
                .isInstanceOf(BrokerFailure.Away.class)
                .hasMessageContaining(
                        "the broker's public key is not the pinned one, found " + pin());
        assertThat(broker.calls).isEmpty();
    }
}
