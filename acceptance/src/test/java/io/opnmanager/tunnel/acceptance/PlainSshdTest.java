package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our agent in front of a plain OpenSSH server: a shell of the firewall through the tunnel. */
class PlainSshdTest {

    @Test
    void an_operator_logs_in_to_the_firewalls_own_sshd_with_the_operators_own_key()
            throws Exception {
        int sshdPort = Loopback.freePort();
        try (World world = World.named("sshd").start()) {
            FirewallSide firewall = world.addFirewall("firewall-1", "127.0.0.1:" + sshdPort);
            try (OpenSshServer sshd =
                    OpenSshServer.start(world.folder().resolve("sshd"), sshdPort)) {
                JsonNode active =
                        world.openActive(
                                OperatorClient.object()
                                        .put("firewall_id", firewall.id())
                                        .put("target", "ssh://127.0.0.1:" + sshdPort));

                String answer =
                        StockFirewall.run(
                                sshd.folder(),
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
                world.assertEnds(active, "disconnected", "closed", Eventually.SOON);
                world.assertNothingLeft(active);
            }
        }
    }
}
