package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the machine's own OpenSSH is called: through a local port, with the firewall's host key
 * remembered by the firewall and not by the port. The person's keys stay with OpenSSH and its
 * agent.
 *
 * @param knownHosts file that host keys are remembered in
 * @param alias of the firewall in it
 */
public record HostKeys(Path knownHosts, String alias) {

    /** Of a firewall of a broker: two brokers may both have a firewall 21. */
    public static HostKeys of(Path knownHosts, BrokerAddress broker, Firewall firewall) {
        return new HostKeys(
                knownHosts, "firewall-%d.%s".formatted(firewall.id(), broker.url().getHost()));
    }

    /**
     * The command.
     *
     * @param port local port that leads to the firewall's SSH server
     * @param own further options of the person; ours come first, and OpenSSH takes the first value
     *     of each
     * @param remote what to run there; a shell when empty
     */
    public List<String> command(int port, List<String> own, List<String> remote) {
        List<String> command = new ArrayList<>(List.of("ssh"));
        command.addAll(
                List.of(
                        "-p",
                        Integer.toString(port),
                        "-o",
                        "HostKeyAlias=" + alias,
                        "-o",
                        "UserKnownHostsFile=\"" + knownHosts + "\"",
                        "-o",
                        "GlobalKnownHostsFile=/dev/null",
                        "-o",
                        "StrictHostKeyChecking=accept-new",
                        "-o",
                        "CheckHostIP=no",
                        // So that a person can read whose key it is.
                        "-o",
                        "HashKnownHosts=no",
                        // A connection that is shared would outlive this session.
                        "-o",
                        "ControlPath=none"));
        command.addAll(own);
        command.add("127.0.0.1");
        if (!remote.isEmpty()) {
            command.add("--");
            command.addAll(remote);
        }
        return command;
    }

    /** Forgets the key of the firewall. */
    public List<String> forget() {
        return List.of("ssh-keygen", "-R", alias, "-f", knownHosts.toString());
    }
}
