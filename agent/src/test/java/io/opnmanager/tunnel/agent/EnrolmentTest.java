package io.opnmanager.tunnel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.agent.broker.BrokerFailure;
import io.opnmanager.tunnel.agent.broker.Credential;
import io.opnmanager.tunnel.agent.broker.StateFolder;
import io.opnmanager.tunnel.agent.transport.Identity;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class EnrolmentTest {
    @TempDir Path folder;

    private BrokerDouble broker;

    @BeforeEach
    void startBroker() throws Exception {
        broker = new BrokerDouble();
        broker.enrolmentAnswer = World.answer(2222, Identity.make().publicLine());
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    private Enrolment enrolment() {
        return new Enrolment(
                new StateFolder(folder.resolve("state")), "1.2.3", "https://localhost:443");
    }

    private BrokerAddress address() {
        return BrokerAddress.of(broker.url(), null, null);
    }

    @Test
    void theIdentityIsKeptForTheAgentAlone() throws Exception {
        Credential credential = enrolment().enrol(address(), "once", false);

        Path state = folder.resolve("state");
        assertThat(permissions(state)).isEqualTo("rwx------");
        assertThat(permissions(state.resolve("id_ed25519"))).isEqualTo("rw-------");
        assertThat(permissions(state.resolve("credential.json"))).isEqualTo("rw-------");
        assertThat(new StateFolder(state).credential()).contains(credential);
        assertThat(Files.readString(state.resolve("id_ed25519")))
                .startsWith("-----BEGIN OPENSSH PRIVATE KEY-----");
        assertThat(credential.toString()).doesNotContain(BrokerDouble.TOKEN);
        try (var files = Files.list(state)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("id_ed25519", "credential.json");
        }
    }

    @Test
    void theBrokerIsToldTheKeyThatIsKept() throws Exception {
        enrolment().enrol(address(), "once", false);

        var body = broker.calls("enroll").getFirst().body();
        assertThat(body.get("enrolment_token").asText()).isEqualTo("once");
        assertThat(body.get("agent_version").asText()).isEqualTo("1.2.3");
        assertThat(body.get("web_target").asText()).isEqualTo("https://localhost:443");
        assertThat(body.get("ssh_public_key").asText())
                .startsWith(Identity.read(folder.resolve("state/id_ed25519")).publicLine());
        assertThat(broker.calls("enroll").getFirst().authorization()).isNull();
    }

    @Test
    void theStockSshKeygenReadsTheKey() throws Exception {
        enrolment().enrol(address(), "once", false);

        Process keygen =
                new ProcessBuilder(
                                "ssh-keygen",
                                "-y",
                                "-f",
                                folder.resolve("state/id_ed25519").toString())
                        .redirectErrorStream(true)
                        .start();
        assertThat(
                        new String(
                                keygen.getInputStream().readAllBytes(),
                                java.nio.charset.StandardCharsets.UTF_8))
                .startsWith(Identity.read(folder.resolve("state/id_ed25519")).publicLine());
    }

    @Test
    void anEnrolmentIsNotReplacedUnlessForced() throws Exception {
        enrolment().enrol(address(), "once", false);
        byte[] first = Files.readAllBytes(folder.resolve("state/id_ed25519"));

        assertThatThrownBy(() -> enrolment().enrol(address(), "twice", false))
                .isInstanceOf(Enrolment.EnrolledAlready.class)
                .hasMessageContaining("--force replaces it");
        assertThat(broker.calls("enroll")).hasSize(1);
        assertThat(folder.resolve("state/id_ed25519")).hasBinaryContent(first);

        enrolment().enrol(address(), "twice", true);
        assertThat(Files.readAllBytes(folder.resolve("state/id_ed25519"))).isNotEqualTo(first);
    }

    @Test
    void aRefusedTokenLeavesNothingBehindAndSaysWhy() throws Exception {
        broker.failWith = 401;

        assertThatThrownBy(() -> enrolment().enrol(address(), "used", false))
                .isInstanceOf(BrokerFailure.Refusal.class)
                .hasMessage("status=401 code=credential_refused detail=the double says no");
        assertThat(new StateFolder(folder.resolve("state")).holdsEnrolment()).isFalse();
    }

    @Test
    void plainHttpIsForLoopbackOnly() {
        assertThatThrownBy(() -> BrokerAddress.of("http://broker.example", null, null))
                .hasMessage(
                        "broker url: wanted https (http is for loopback addresses only), found"
                                + " http://broker.example");
        for (String good : List.of("http://localhost:1", "http://127.0.0.1", "http://[::1]:80")) {
            assertThat(BrokerAddress.of(good, null, null).url()).hasToString(good);
        }
    }

    @Test
    void aDamagedCredentialIsNamedWithoutBeingQuoted() throws Exception {
        Path state = Files.createDirectories(folder.resolve("state"));
        Files.writeString(state.resolve("credential.json"), "{\"agent_token\": \"secret");

        assertThatThrownBy(() -> new StateFolder(state).credential())
                .hasMessageStartingWith("damaged credential file")
                .hasNoCause()
                .message()
                .doesNotContain("secret");
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
