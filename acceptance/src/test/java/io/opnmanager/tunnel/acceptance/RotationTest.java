package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Keys are replaced as docs/operations.md says, and nobody is locked out. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RotationTest {

    private static final Duration SOON = Eventually.SOON;
    private static final Duration TOLD = Duration.ofSeconds(40);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private World world;
    private Path state;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("rotation")
                        .with("opnmanager.firewall.checkin-interval", "5s")
                        .firewalls(2)
                        .gateway()
                        .start();
        state = Objects.requireNonNull(world.broker().initialAdministratorFile().getParent());
    }

    @AfterAll
    void end() {
        world.close();
    }

    @Test
    void a_new_host_key_is_accepted_before_it_is_shown_and_by_whoever_was_away() throws Exception {
        FirewallSide there = world.firewall(0);
        FirewallSide away = world.firewall(1);
        ShellFirewall shell = shellFirewall();
        StockFirewall stock = world.addStockFirewall("stock", "");
        assertThat(stock.checkin().path("ssh_host_keys")).hasSize(1);
        away.agent().program().terminate();

        keygen("ssh_host_ed25519_key.next");
        Eventually.within(TOLD, () -> assertThat(stock.checkin().path("ssh_host_keys")).hasSize(2));
        Eventually.within(
                TOLD,
                () -> {
                    assertThat(Project.read(shell.state().resolve("identity/known_hosts")).lines())
                            .hasSize(2);
                    assertThat(there.agent().program().output())
                            .contains("other SSH host keys are accepted from now on count=2");
                });
        useOnce(there.id(), there.page());
        useOnce(shell.id(), shell.page());
        StockFirewall fresh = world.addStockFirewall("fresh", "");

        world.broker().stop();
        Files.move(
                state.resolve("ssh_host_ed25519_key.next"),
                state.resolve("ssh_host_ed25519_key"),
                StandardCopyOption.REPLACE_EXISTING);
        world.broker().start();

        useOnce(there.id(), there.page());
        useOnce(shell.id(), shell.page());
        assertThat(stock.checkin().path("ssh_host_keys")).hasSize(1);
        JsonNode asked = world.operator().open(fresh.id());
        int port = asked.path("tunnel_port").asInt();
        try (Program ssh = fresh.tunnel(port)) {
            Eventually.within(SOON, () -> World.assertListensOnLoopbackOnly(port));
            assertThat(ssh.isAlive()).isTrue();
        }
        world.operator().close(asked.path("id").asLong());
        away.agent().start();
        useOnce(away.id(), away.page());
    }

    @Test
    void certificates_of_the_replaced_authority_stay_good_until_they_end() throws Exception {
        Path old = certificate("old");
        world.broker().stop();
        Files.delete(state.resolve("operator-authority.pem"));
        world.broker().start();
        Path renewed = certificate("renewed");
        assertThat(issuer(renewed)).isNotEqualTo(issuer(old));

        JsonNode active = world.openActive(world.firewall(0));
        String host = active.path("stream_address").asText();
        for (Path certificate : List.of(old, renewed)) {
            long before = streams();
            try (Program client =
                    Program.start(
                            "client-" + certificate.getFileName(),
                            world.folder(),
                            List.of(
                                    "openssl",
                                    "s_client",
                                    "-ign_eof",
                                    "-connect",
                                    "127.0.0.1:" + host.replaceAll(".*:", ""),
                                    "-servername",
                                    host.replaceAll(":.*", ""),
                                    "-cert",
                                    certificate.toString(),
                                    "-key",
                                    world.folder().resolve("operator-key.pem").toString()),
                            Map.of())) {
                Eventually.within(SOON, () -> assertThat(streams()).isEqualTo(before + 1));
                assertThat(client.isAlive()).as(client.output()).isTrue();
            }
            Eventually.within(SOON, () -> assertThat(streams()).isEqualTo(before));
        }
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    private long streams() throws Exception {
        return (long) world.operator().metric("opnmanager_stream_connections");
    }

    private void useOnce(long firewall, FirewallPage page) throws Exception {
        JsonNode active = world.openActive(OperatorClient.object().put("firewall_id", firewall));
        world.assertPageThrough(active, page);
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    private ShellFirewall shellFirewall() throws Exception {
        FirewallPage page = world.with(FirewallPage.start("shell"));
        long id = world.operator().createFirewall("shell", page.target());
        ShellFirewall firewall =
                world.with(new ShellFirewall("dash", world.folder().resolve("shell"), id, page));
        Script.Ended enrolled =
                firewall.enrol(
                        world.broker(),
                        world.operator().enrolmentToken(id),
                        ShellFirewall.trusting(world.broker()));
        assertThat(enrolled.code()).as(enrolled.output()).isZero();
        firewall.start();
        return firewall;
    }

    private void keygen(String name) throws Exception {
        run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-C",
                "",
                "-f",
                state.resolve(name) + "");
    }

    /** Has the broker sign a certificate for one key. */
    private Path certificate(String name) throws Exception {
        Path key = world.folder().resolve("operator-key.pem");
        if (!Files.exists(key)) {
            run(
                    "openssl",
                    "genpkey",
                    "-algorithm",
                    "EC",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-out",
                    key.toString());
        }
        Path request = world.folder().resolve(name + ".csr");
        run("openssl", "req", "-new", "-key", key + "", "-subj", "/CN=any", "-out", request + "");
        Answer signed =
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/certificates",
                                OperatorClient.object()
                                        .put("certificate_request", Project.read(request)));
        assertThat(signed.isSuccess()).as(signed.text()).isTrue();
        Path certificate = world.folder().resolve(name + ".pem");
        Files.writeString(certificate, signed.body().path("certificate").asText());
        return certificate;
    }

    private String issuer(Path certificate) throws Exception {
        return run("openssl", "x509", "-noout", "-issuer", "-in", certificate.toString());
    }

    private String run(String... command) throws Exception {
        Script.Ended ended = Script.run(world.folder(), Map.of(), LIMIT, List.of(command));
        assertThat(ended.code()).as(ended.output()).isZero();
        return ended.output();
    }
}
