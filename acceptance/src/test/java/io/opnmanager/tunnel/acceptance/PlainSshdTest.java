package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Our agent in front of a plain OpenSSH server: a shell of the firewall through the tunnel. */
class PlainSshdTest {

    private static final Path PRIVILEGE_SEPARATION = Path.of("/run/sshd");

    @Test
    void an_operator_logs_in_to_the_firewalls_own_sshd_with_the_operators_own_key()
            throws Exception {
        int sshdPort = Loopback.freePort();
        try (World world = World.named("sshd").start()) {
            FirewallSide firewall = world.addFirewall("firewall-1", "127.0.0.1:" + sshdPort);
            Path folder = PrivateFile.folder(world.folder().resolve("sshd"));
            boolean made = preparePrivilegeSeparation();
            try (Program sshd = sshd(folder, sshdPort)) {
                sshd.awaitReady(Duration.ofSeconds(10), () -> Loopback.isListening(sshdPort));
                JsonNode active =
                        world.openActive(
                                OperatorClient.object()
                                        .put("firewall_id", firewall.id())
                                        .put("target", "ssh://127.0.0.1:" + sshdPort));

                String answer =
                        StockFirewall.run(
                                folder,
                                "login",
                                List.of(
                                        "ssh",
                                        "-F",
                                        "/dev/null",
                                        "-i",
                                        "operator",
                                        "-o",
                                        "BatchMode=yes",
                                        "-o",
                                        "StrictHostKeyChecking=yes",
                                        "-o",
                                        "HostKeyAlias=firewall",
                                        "-o",
                                        "UserKnownHostsFile=known_hosts",
                                        "-p",
                                        active.path("tunnel_port").asText(),
                                        "127.0.0.1",
                                        "echo",
                                        "from-the-firewall"));

                assertThat(answer).contains("from-the-firewall");
                world.operator().close(active.path("id").asLong());
                world.assertEnds(active, "disconnected", "closed", Duration.ofSeconds(5));
                world.assertNothingLeft(active);
            } finally {
                if (made) {
                    Files.deleteIfExists(PRIVILEGE_SEPARATION);
                }
            }
        }
    }

    private static Program sshd(Path folder, int port) throws Exception {
        for (String key : List.of("host", "operator")) {
            StockFirewall.run(
                    folder,
                    "keygen-" + key,
                    List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key));
        }
        Files.copy(folder.resolve("operator.pub"), folder.resolve("authorized_keys"));
        Files.writeString(
                folder.resolve("known_hosts"),
                "firewall " + Files.readString(folder.resolve("host.pub")));
        Files.writeString(
                folder.resolve("sshd_config"),
                """
                ListenAddress 127.0.0.1:%d
                HostKey %2$s/host
                AuthorizedKeysFile %2$s/authorized_keys
                PidFile none
                UsePAM no
                StrictModes no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                PermitRootLogin prohibit-password
                """
                        .formatted(port, folder));
        String sshd =
                Files.isExecutable(Path.of("/usr/sbin/sshd")) ? "/usr/sbin/sshd" : "/usr/bin/sshd";
        // -D: it stays our child.
        return Program.start(
                "sshd", folder, List.of(sshd, "-D", "-e", "-f", folder + "/sshd_config"), Map.of());
    }

    /** As root sshd wants this folder, which a service would have made. */
    private static boolean preparePrivilegeSeparation() throws Exception {
        if (!"root".equals(System.getProperty("user.name")) || Files.exists(PRIVILEGE_SEPARATION)) {
            return false;
        }
        Files.createDirectory(PRIVILEGE_SEPARATION);
        return true;
    }
}
