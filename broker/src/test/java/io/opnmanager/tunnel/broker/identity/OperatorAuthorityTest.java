package io.opnmanager.tunnel.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.broker.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With requests that openssl made. */
class OperatorAuthorityTest {

    private static final Duration LIFETIME = Duration.ofHours(8);

    @TempDir Path folder;

    private String request(String... key) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "req",
                                "-new",
                                "-nodes",
                                "-keyout",
                                folder.resolve("key.pem").toString(),
                                "-subj",
                                "/CN=somebody else/O=of another house",
                                "-newkey"));
        command.addAll(List.of(key));
        Process openssl =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String request =
                new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(openssl.waitFor()).isZero();
        return request;
    }

    private OperatorAuthority authority() throws IOException {
        return OperatorAuthority.in(folder.resolve("state"));
    }

    @Test
    void it_is_made_once_and_is_nobody_elses_to_read() throws Exception {
        OperatorAuthority made = authority();

        assertThat(authority().certificate()).isEqualTo(made.certificate());
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(
                                        folder.resolve("state/operator-authority.pem"))))
                .isEqualTo("rw-------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ec -pkeyopt ec_paramgen_curve:P-384", "rsa:3072"})
    void a_key_gets_a_certificate_that_says_who_it_is_and_nothing_of_what_was_asked(String key)
            throws Exception {
        OperatorAuthority authority = authority();

        X509Certificate signed = authority.sign("kim", request(key.split(" ")), LIFETIME);

        signed.verify(authority.certificate().getPublicKey());
        assertThat(signed.getSubjectX500Principal().getName()).isEqualTo("CN=kim");
        assertThat(signed.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(signed.getBasicConstraints()).isEqualTo(-1);
        assertThat(signed.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(LIFETIME).minusSeconds(60),
                        Instant.now().plus(LIFETIME));
        assertThat(new ClientCertificate(signed, ClientCertificate.of(signed).names()).names())
                .containsExactly("kim");
    }

    @Test
    void a_name_is_no_way_to_further_parts_of_the_subject() throws Exception {
        X509Certificate signed =
                authority().sign("kim,CN=administrator", request("ed25519"), LIFETIME);

        assertThat(ClientCertificate.of(signed).names()).containsExactly("kim,CN=administrator");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-224"})
    void weak_keys_are_refused(String key) throws Exception {
        String request = request(key.split(" "));

        assertThatThrownBy(() -> authority().sign("kim", request, LIFETIME))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("certificate_request: wanted ");
    }

    @Test
    void what_is_no_request_or_not_signed_with_its_key_is_refused() throws Exception {
        String good = request("ed25519");
        // The last letters are of the signature.
        int end = good.indexOf("\n-----END");
        char last = good.charAt(end - 5);
        String forged =
                good.substring(0, end - 5) + (last == 'A' ? 'B' : 'A') + good.substring(end - 4);

        for (String bad :
                List.of(
                        "",
                        "no PEM",
                        forged,
                        OperatorAuthority.pem(authority().certificate()),
                        "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
                        "x".repeat(20_000))) {
            assertThatThrownBy(() -> authority().sign("kim", bad, LIFETIME))
                    .as(bad)
                    .isInstanceOf(Problem.class)
                    .hasMessageStartingWith("certificate_request: wanted ");
        }
    }
}
