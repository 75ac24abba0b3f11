package io.opnmanager.tunnel.agent.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Security;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.kex.DHGServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys and key exchanges of the JDK, with servers that know nothing of them. */
class JdkCryptographyTest {

    /** Named by the exchange that the two ends agreed on, when the keys were exchanged. */
    private final List<String> exchanged = new CopyOnWriteArrayList<>();

    private SshServer server(Identity host) throws Exception {
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost("127.0.0.1");
        server.setKeyPairProvider(KeyPairProvider.wrap(host.pair()));
        server.addSessionListener(
                new SessionListener() {
                    @Override
                    public void sessionEvent(Session session, Event event) {
                        if (event == Event.KeyEstablished) {
                            exchanged.add(
                                    session.getNegotiatedKexParameter(
                                            org.apache.sshd.common.kex.KexProposalOption
                                                    .ALGORITHMS));
                        }
                    }
                });
        return server;
    }

    private static void exchangeKeys(SshServer server, Identity pinned) throws Exception {
        server.start();
        try (SshTransport transport =
                new SshTransport(
                        "fw-1", Identity.make(), HostKeys.of(List.of(pinned.publicLine())))) {
            transport.warmUp(new Endpoint("127.0.0.1", server.getPort()));
        }
    }

    /** The library's server makes its half with Bouncy Castle. */
    @ParameterizedTest
    @EnumSource(
            value = BuiltinDHFactories.class,
            names = {
                "mlkem768x25519",
                "sntrup761x25519",
                "mlkem768nistp256",
                "curve25519",
                "ecdhp256",
                "dhg16_512"
            })
    void keys_are_exchanged_with_a_server_that_knows_one_way(BuiltinDHFactories only)
            throws Exception {
        Identity host = Identity.make();
        try (SshServer server = server(host)) {
            server.setKeyExchangeFactories(List.of(DHGServer.newFactory(only)));

            exchangeKeys(server, host);

            await().atMost(Duration.ofSeconds(5)).until(() -> !exchanged.isEmpty());
            assertThat(exchanged).containsExactly(only.getName());
        }
    }

    @Test
    void the_post_quantum_exchange_of_the_jdk_is_preferred() throws Exception {
        Identity host = Identity.make();
        try (SshServer server = server(host)) {
            exchangeKeys(server, host);

            await().atMost(Duration.ofSeconds(5)).until(() -> !exchanged.isEmpty());
            assertThat(exchanged).containsExactly("mlkem768x25519-sha256");
            assertThat(JdkMlKem.first().getFirst().getName()).isEqualTo("mlkem768x25519-sha256");
        }
    }

    @Test
    void no_key_is_exchanged_with_a_server_whose_host_key_is_not_pinned() throws Exception {
        try (SshServer server = server(Identity.make())) {
            exchangeKeys(server, Identity.make());

            assertThat(exchanged).isEmpty();
        }
    }

    @Test
    void an_identity_is_the_same_after_it_was_written_and_read(@TempDir Path folder)
            throws Exception {
        Identity made = Identity.make();
        Path file = folder.resolve("id_ed25519");
        Files.write(file, made.privateFile());

        Identity read = Identity.read(file);

        assertThat(read.publicLine()).isEqualTo(made.publicLine()).startsWith("ssh-ed25519 AAAA");
        assertThat(read.pair().getPrivate()).isEqualTo(made.pair().getPrivate());
        assertThat(Security.getProvider("BC")).isNull();
    }

    @Test
    void a_key_file_with_the_public_key_of_another_is_refused(@TempDir Path folder)
            throws Exception {
        KeyPair mixed =
                new KeyPair(
                        Identity.make().pair().getPublic(), Identity.make().pair().getPrivate());
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(mixed, "mixed", null, written);
        Path file = folder.resolve("id_ed25519");
        Files.write(file, written.toByteArray());

        assertThatThrownBy(() -> Identity.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("InvalidKeyException");
    }
}
