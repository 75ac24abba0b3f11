package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * This machine's OpenSSH, through {@code tunnelctl ssh}, to an OpenSSH server as the firewall's.
 */
class TunnelctlSshTest {

    private static Tunnelctl.Ended ssh(
            Tunnelctl operator, int port, OpenSshServer keys, String... more) throws Exception {
        var arguments =
                new ArrayList<>(
                        List.of(
                                "ssh",
                                "fw-21",
                                "-p",
                                Integer.toString(port),
                                "-i",
                                keys.folder().resolve("operator").toString(),
                                "-o",
                                "BatchMode=yes"));
        arguments.addAll(List.of(more));
        return operator.run(arguments.toArray(String[]::new));
    }

    @Test
    void a_command_runs_on_the_firewall_and_its_host_key_is_remembered() throws Exception {
        int port = Loopback.freePort();
        try (World world = World.named("ctl-ssh").gateway().start()) {
            world.addFirewall("fw-21", "localhost:" + port);
            Tunnelctl operator = new Tunnelctl(world.folder().resolve("tunnelctl"));
            operator.with("HOME", world.folder().toString());
            String token;
            try (OperatorClient administrator = world.broker().administratorClient()) {
                token = administrator.token("for tunnelctl");
            }
            operator.runWith(
                            token,
                            "login",
                            "--broker",
                            world.broker().uri().toString(),
                            "--ca-file",
                            world.broker().certificates().authorityFile().toString(),
                            "--token-file",
                            "-")
                    .succeeded();
            try (OpenSshServer sshd = OpenSshServer.start(world.folder().resolve("sshd"), port)) {
                assertThat(
                                ssh(operator, port, sshd, "--", "echo", "from-the-firewall")
                                        .succeeded()
                                        .out())
                        .isEqualTo("from-the-firewall\n");
                assertThat(ssh(operator, port, sshd, "--", "exit", "17").code()).isEqualTo(17);
                assertThat(Files.readString(operator.home().resolve("known_hosts")))
                        .startsWith("firewall-" + world.firewall().id() + ".127.0.0.1 ")
                        .hasLineCount(1);
            }
            try (OpenSshServer another =
                    OpenSshServer.start(world.folder().resolve("sshd-anew"), port)) {
                Tunnelctl.Ended refused = ssh(operator, port, another, "--", "echo", "x");
                assertThat(refused.code()).isEqualTo(255);
                assertThat(refused.out()).isEmpty();
                assertThat(refused.err())
                        .contains("REMOTE HOST IDENTIFICATION HAS CHANGED")
                        .contains("--forget-host-key");

                assertThat(
                                ssh(
                                                operator,
                                                port,
                                                another,
                                                "--forget-host-key",
                                                "--",
                                                "echo",
                                                "known-again")
                                        .succeeded()
                                        .out())
                        .isEqualTo("known-again\n");
            }
            assertThat(world.live()).isEmpty();
        }
    }
}
