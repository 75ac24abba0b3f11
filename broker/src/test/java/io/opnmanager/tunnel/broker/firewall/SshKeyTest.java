package io.opnmanager.tunnel.broker.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Inside the application: a cryptography provider is one for the whole process, and only its own
 * loader can read the keys that it makes.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SshKeyTest {

    @Test
    void an_ed25519_key_is_taken_and_its_comment_is_dropped() {
        SshKey key = SshKey.parse(Api.SSH_KEY + " root@box with spaces\n");
        assertThat(key.line()).isEqualTo(Api.SSH_KEY);
        assertThat(key.fingerprint())
                .isEqualTo("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp256r1", "secp384r1", "secp521r1"})
    void the_three_nist_curves_are_taken(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        String line = PublicKeyEntry.toString(generator.generateKeyPair().getPublic());
        assertThat(SshKey.parse(line).line()).isEqualTo(line);
    }

    @Test
    void rsa_is_taken_from_3072_bits() throws GeneralSecurityException {
        String line = rsa(3072);
        assertThat(SshKey.parse(line).line()).isEqualTo(line);
    }

    @Test
    void rsa_below_3072_bits_is_refused() throws GeneralSecurityException {
        refused(rsa(2048), "found ssh-rsa of 2048 bits");
    }

    @Test
    void options_are_refused() {
        refused("command=\"reboot\" " + Api.SSH_KEY, "found another form");
        refused("no-pty " + Api.SSH_KEY, "found another form");
    }

    @Test
    void a_comment_with_control_characters_is_refused() {
        refused(Api.SSH_KEY + " a\u001b[31mb", "found another form");
        refused(Api.SSH_KEY + " a\n" + Api.SSH_KEY, "found another form");
    }

    @Test
    void other_types_are_refused() {
        refused("ssh-dss AAAAB3NzaC1kc3MAAACB", "found the type ssh-dss");
        refused(
                Api.SSH_KEY.replace("ssh-ed25519 ", "ssh-ed25519-cert-v01 "),
                "found the type ssh-ed25519-cert-v01");
    }

    @Test
    void a_key_under_another_type_is_refused() {
        refused(Api.SSH_KEY.replace("ssh-ed25519 ", "ssh-rsa "), "found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAAA", "AAAAC3NzaC1lZDI1NTE5AAAAIOMq", "/////////////w=="})
    void a_broken_key_is_refused(String data) {
        refused("ssh-ed25519 " + data, "found");
    }

    @Test
    void a_private_key_is_refused_and_not_repeated() {
        String key = "-----BEGIN OPENSSH PRIVATE KEY-----";
        assertThatThrownBy(() -> SshKey.parse(key)).message().doesNotContain("BEGIN");
    }

    private static void refused(String line, String found) {
        assertThatThrownBy(() -> SshKey.parse(line))
                .isInstanceOfSatisfying(
                        Problem.class,
                        problem ->
                                assertThat(problem.code()).isEqualTo(ProblemCode.SSH_KEY_REFUSED))
                .hasMessageContaining(found);
    }

    private static String rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return PublicKeyEntry.toString(generator.generateKeyPair().getPublic());
    }
}
