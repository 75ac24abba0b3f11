package io.opnmanager.tunnel.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code deploy/certs.sh}, held against openssl and the JDK.
 *
 * <p>Long because what openssl says is asked in openssl's own words, one to a line.
 */
class CertificatesScriptTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final char[] NO_PASSWORD = {};

    /** Spaces and a dollar, because somebody's folder has them. */
    @TempDir Path temporary;

    private Path folder() throws IOException {
        return Files.createDirectories(temporary.resolve("a folder for $5 #1"));
    }

    private Script.Ended certs(String... options) throws Exception {
        return shell("sh", options);
    }

    private Script.Ended shell(String shell, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(shell, Project.root().resolve("deploy/certs.sh").toString()));
        command.addAll(List.of(options));
        return Script.run(folder(), Map.of(), LIMIT, command);
    }

    private void done(String... options) throws Exception {
        Script.Ended ended = certs(options);
        assertThat(ended.code()).as(ended.output()).isZero();
    }

    private Path file(String name) throws IOException {
        return folder().resolve("certs").resolve(name);
    }

    private Script.Ended openssl(String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(options));
        return Script.run(file("."), Map.of(), LIMIT, command);
    }

    private X509Certificate certificate(String name) throws Exception {
        try (InputStream in = Files.newInputStream(file(name))) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (var files = Files.list(file("."))) {
            for (Path path : files.toList()) {
                contents.put(path.getFileName().toString(), Files.readString(path));
            }
        }
        return contents;
    }

    @Test
    void it_makes_an_authority_a_server_and_a_client_whose_keys_only_their_owner_reads()
            throws Exception {
        done();

        assertThat(contents())
                .containsOnlyKeys(
                        "ca.pem",
                        "ca-key.pem",
                        "server.pem",
                        "server-key.pem",
                        "client.pem",
                        "client-key.pem");
        for (String name : List.of("ca", "server", "client")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(file(name + "-key.pem"))))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(file(name + "-key.pem")))
                    .startsWith("-----BEGIN PRIVATE KEY-----\n");
            ECPublicKey key = (ECPublicKey) certificate(name + ".pem").getPublicKey();
            assertThat(key.getParams().getOrder().bitLength()).isEqualTo(256);
        }
        assertThat(
                        openssl(
                                        "verify",
                                        "-CAfile",
                                        "ca.pem",
                                        "-purpose",
                                        "sslserver",
                                        "server.pem")
                                .code())
                .isZero();
        assertThat(
                        openssl(
                                        "verify",
                                        "-CAfile",
                                        "ca.pem",
                                        "-purpose",
                                        "sslclient",
                                        "client.pem")
                                .code())
                .isZero();
        assertThat(
                        openssl(
                                        "verify",
                                        "-CAfile",
                                        "ca.pem",
                                        "-purpose",
                                        "sslclient",
                                        "server.pem")
                                .code())
                .as("a server's is no client's")
                .isNotZero();
        assertThat(
                        openssl(
                                        "verify",
                                        "-CAfile",
                                        "ca.pem",
                                        "-purpose",
                                        "sslserver",
                                        "client.pem")
                                .code())
                .as("nor the other way round")
                .isNotZero();
        assertThat(named("localhost")).isTrue();
        assertThat(
                        openssl(
                                        "verify",
                                        "-CAfile",
                                        "ca.pem",
                                        "-verify_ip",
                                        "127.0.0.1",
                                        "server.pem")
                                .code())
                .isZero();
        assertThat(named("example.net")).isFalse();
    }

    private boolean named(String host) throws Exception {
        return openssl("verify", "-CAfile", "ca.pem", "-verify_hostname", host, "server.pem").code()
                == 0;
    }

    @Test
    void java_takes_both_sides_by_name_and_address_and_refuses_other_names() throws Exception {
        done();
        SSLContext server = context("server");
        SSLContext client = context("client");

        assertThat(greet(server, client, "localhost")).isEqualTo("CN=client");
        assertThat(greet(server, client, "k3v.localhost")).isEqualTo("CN=client");
        assertThat(greet(server, client, "127.0.0.1")).isEqualTo("CN=client");
        assertThatThrownBy(() -> greet(server, client, "example.net"))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("example.net");
    }

    /** What the server is told of the client. */
    private static String greet(SSLContext server, SSLContext client, String name)
            throws Exception {
        try (SSLServerSocket listener =
                        (SSLServerSocket)
                                server.getServerSocketFactory()
                                        .createServerSocket(
                                                0, 1, InetAddress.getLoopbackAddress());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            listener.setNeedClientAuth(true);
            Future<String> seen =
                    threads.submit(() -> {
                        try (SSLSocket accepted = (SSLSocket) listener.accept()) {
                            String subject = accepted.getSession().getPeerPrincipal().getName();
                            accepted.getOutputStream().write(subject.getBytes(UTF_8));
                            return subject;
                        }
                    });
            try (Socket plain =
                            new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                    SSLSocket socket =
                            (SSLSocket)
                                    client.getSocketFactory()
                                            .createSocket(
                                                    plain, name, listener.getLocalPort(), true)) {
                socket.setSoTimeout(10_000);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                parameters.setProtocols(new String[] {"TLSv1.3"});
                socket.setSSLParameters(parameters);
                String heard = new String(socket.getInputStream().readAllBytes(), UTF_8);
                assertThat(seen.get()).isEqualTo(heard);
                return heard;
            }
        }
    }

    private SSLContext context(String name) throws Exception {
        KeyStore keys = empty();
        String key =
                Files.readString(file(name + "-key.pem"))
                        .replaceAll("-----[A-Z ]+-----", "")
                        .replaceAll("\\s", "");
        keys.setKeyEntry(
                name,
                KeyFactory.getInstance("EC")
                        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key))),
                NO_PASSWORD,
                new Certificate[] {certificate(name + ".pem")});
        KeyStore trust = empty();
        trust.setCertificateEntry("ca", certificate("ca.pem"));
        KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
        keyManagers.init(keys, NO_PASSWORD);
        TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
        trustManagers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    @Test
    void names_are_what_the_options_say_and_the_authority_signs_more_later() throws Exception {
        done("--san", "*.sessions.example.net", "--san", "10.0.0.7", "--san", "::1", "--days", "3");
        byte[] authority = Files.readAllBytes(file("ca.pem"));
        done("--client", "kim", "--client", "backup-1@example.net");

        assertThat(certificate("server.pem").getSubjectAlternativeNames())
                .extracting(name -> String.valueOf(name.get(1)))
                .containsExactly("*.sessions.example.net", "10.0.0.7", "0:0:0:0:0:0:0:1");
        assertThat(
                        Duration.between(
                                certificate("server.pem").getNotBefore().toInstant(),
                                certificate("server.pem").getNotAfter().toInstant()))
                .isEqualTo(Duration.ofDays(3));
        assertThat(certificate("kim.pem").getSubjectX500Principal().getName()).isEqualTo("CN=kim");
        assertThat(certificate("backup-1@example.net.pem").getSubjectX500Principal().getName())
                .isEqualTo("CN=backup-1@example.net");
        assertThat(Files.readAllBytes(file("ca.pem"))).isEqualTo(authority);
        assertThat(openssl("verify", "-CAfile", "ca.pem", "server.pem", "kim.pem").code()).isZero();
        assertThat(named("k3v.sessions.example.net")).isTrue();
    }

    @Test
    void nothing_that_is_there_is_written_over_unless_it_is_meant() throws Exception {
        done();
        Map<String, String> before = contents();

        Script.Ended again = certs();
        assertThat(again.code()).isEqualTo(3);
        assertThat(again.output())
                .isEqualTo("certs.sh: certs/server.pem is there already: --force replaces it\n");
        Script.Ended oneOfTwo = certs("--client", "new", "--client", "client");
        assertThat(oneOfTwo.code()).isEqualTo(3);
        assertThat(contents()).as("all or nothing").isEqualTo(before);

        done("--client", "client", "--force");
        Map<String, String> after = contents();
        assertThat(after.get("client.pem")).isNotEqualTo(before.get("client.pem"));
        assertThat(after.get("client-key.pem")).isNotEqualTo(before.get("client-key.pem"));
        after.keySet().removeIf(name -> name.startsWith("client"));
        before.keySet().removeIf(name -> name.startsWith("client"));
        assertThat(after).isEqualTo(before);
    }

    @Test
    void half_an_authority_is_not_made_whole_by_another() throws Exception {
        done();
        Files.delete(file("ca-key.pem"));

        Script.Ended ended = certs("--client", "kim");

        assertThat(ended.code()).isEqualTo(3);
        assertThat(ended.output()).contains("ca.pem and ca-key.pem").contains("one is missing");
        assertThat(contents()).doesNotContainKey("kim.pem");
    }

    @Test
    void a_certificate_that_was_taken_back_is_in_the_list_and_no_other() throws Exception {
        done("--client", "kim", "--client", "lee");
        done("--crl");
        assertThat(revoked()).isEmpty();
        done("--revoke", "kim");
        done("--revoke", "kim");

        assertThat(revoked()).containsExactly(certificate("kim.pem").getSerialNumber().toString());
        assertThat(
                        openssl(
                                        "verify",
                                        "-crl_check",
                                        "-CAfile",
                                        "ca.pem",
                                        "-CRLfile",
                                        "ca.crl",
                                        "lee.pem")
                                .code())
                .isZero();
        Script.Ended refused =
                openssl(
                        "verify",
                        "-crl_check",
                        "-CAfile",
                        "ca.pem",
                        "-CRLfile",
                        "ca.crl",
                        "kim.pem");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.output()).contains("certificate revoked");
    }

    private List<String> revoked() throws Exception {
        try (InputStream in = Files.newInputStream(file("ca.crl"))) {
            X509CRL list = (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(in);
            list.verify(certificate("ca.pem").getPublicKey());
            var entries = list.getRevokedCertificates();
            return entries == null
                    ? List.of()
                    : entries.stream().map(entry -> entry.getSerialNumber().toString()).toList();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nonsense|unknown option '--nonsense'",
                "stray|unknown option 'stray'",
                "--san|--san needs a value",
                "--san a,IP:1.2.3.4|--san: wanted a DNS name or an IP address, found 'a,IP:1.2.3.4'",
                "--client ../../x|--client: wanted up to 64 letters",
                "--client server-key|--client: wanted up to 64 letters",
                "--client ca|--client: wanted up to 64 letters",
                "--client -x|--client: wanted up to 64 letters",
                "--days 0|--days: wanted 1 to 3650, found '0'",
                "--days 3651|--days: wanted 1 to 3650, found '3651'",
                "--days 1e3|--days: wanted 1 to 3650, found '1e3'",
                "--revoke kim --client kim|--revoke and --crl make no certificates"
            })
    void a_wrong_option_is_named_and_nothing_is_made(String options, String complaint)
            throws Exception {
        Script.Ended ended = certs(options.split(" "));

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.output()).startsWith("certs.sh: " + complaint).hasLineCount(1);
        assertThat(file(".")).doesNotExist();
    }

    @Test
    void what_is_to_be_taken_back_has_to_be_there() throws Exception {
        assertThat(certs("--revoke", "kim"))
                .isEqualTo(new Script.Ended(3, "certs.sh: there is no folder certs\n"));
        done();

        assertThat(certs("--revoke", "kim"))
                .isEqualTo(
                        new Script.Ended(3, "certs.sh: there is no certificate certs/kim.pem\n"));
    }

    @Test
    void a_folder_that_cannot_be_written_is_said_and_nothing_is_left() throws Exception {
        // Not even root writes there.
        assertThat(certs("--dir", "/proc/certs"))
                .isEqualTo(
                        new Script.Ended(1, "certs.sh: the folder /proc/certs cannot be made\n"));
        assertThat(certs("--dir", "/proc/self"))
                .isEqualTo(
                        new Script.Ended(
                                1,
                                "certs.sh: nothing can be written into the folder /proc/self\n"));
    }

    @Test
    void without_openssl_it_says_so() throws Exception {
        Script.Ended ended =
                Script.run(
                        folder(),
                        Map.of("PATH", "/nowhere"),
                        LIMIT,
                        List.of("/bin/sh", Project.root().resolve("deploy/certs.sh").toString()));

        assertThat(ended)
                .isEqualTo(
                        new Script.Ended(
                                1, "certs.sh: openssl is not installed, or not on the path\n"));
    }

    @Test
    void what_openssl_says_when_it_fails_is_shown_and_its_files_are_removed() throws Exception {
        done();
        Files.writeString(file("ca-key.pem"), "no key");
        Map<String, String> before = contents();

        Script.Ended ended = certs("--client", "kim");

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("certs.sh: openssl failed: openssl x509");
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void help_names_every_option() throws Exception {
        Script.Ended ended = certs("--help");

        assertThat(ended.code()).isZero();
        assertThat(ended.output())
                .contains(
                        "--dir",
                        "--san",
                        "--client",
                        "--days",
                        "--force",
                        "--revoke",
                        "--crl",
                        "Exit codes");
        assertThat(shell("bash", "--help")).isEqualTo(ended);
    }
}
