package io.opnmanager.tunnel.demo;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** What a person is told once everything runs: what to open first, and what is there besides. */
final class Introduction {

    private static final int WIDTH = 66;

    private Introduction() {}

    static String of(Installation installation) throws IOException {
        Broker broker = installation.broker();
        Broker.Administrator administrator = broker.administrator();
        return "\n"
                + framed(
                        List.of(
                                "Open the console    " + broker.consoleUri(),
                                "        name        " + administrator.name(),
                                "        password    " + administrator.password(),
                                "",
                                "The firewalls' own pages want "
                                        + FirewallPage.USER
                                        + " and "
                                        + FirewallPage.PASSWORD))
                + rest(installation, broker, administrator);
    }

    /** In a frame, so that it is found among all that a terminal shows. */
    static String framed(List<String> lines) {
        String edge = "─".repeat(WIDTH);
        return lines.stream()
                .map(line -> "│  %-" + (WIDTH - 4) + "s  │\n")
                .collect(Collectors.joining("", "┌" + edge + "┐\n", "└" + edge + "┘\n"))
                .formatted(lines.toArray());
    }

    private static String rest(
            Installation installation, Broker broker, Broker.Administrator administrator) {
        String curl =
                "curl --cacert %s -u '%s:%s'"
                        .formatted(
                                broker.certificates().authorityFile(),
                                administrator.name(),
                                administrator.password());
        String firewalls =
                installation.firewalls().stream()
                        .map(firewall ->
                                "  number %d           %s, its page is %s, behind nobody's reach but its agent's\n"
                                        .formatted(
                                                firewall.id(),
                                                firewall.page().name(),
                                                firewall.page().target()))
                        .collect(Collectors.joining());
        return """

        The broker          %1$s    (operator API: /api/v1, health: /q/health, metrics: /q/metrics)
          SSH for agents    127.0.0.1:%2$d
          first password    also in %3$s
        The firewalls
        %4$s
        Without the console: ask for a tunnel; the answer names its tunnel_port:
          %5$s -H 'Content-Type: application/json' -d '{"firewall_id": %6$d}' %1$s/api/v1/requests
        Open the firewall's page through it (its certificate is its own, hence -k), or the same in a browser:
          curl -k https://127.0.0.1:TUNNEL_PORT/
        Say that you still want it, every minute, or it ends after 150 s:
          %5$s -H 'Content-Type: application/json' -d '{"request_id": ID}' %1$s/api/tunnel_heartbeat
        Close it:
          %5$s -X DELETE %1$s/api/v1/requests/ID

        From a terminal: any program on this machine reaches a firewall through a local port, with TLS and certificates on both sides:
          deploy/tunnelctl/tunnelctl login --broker %1$s --ca-file %8$s --operator %9$s
          deploy/tunnelctl/tunnelctl forward %10$s

        Everything is in %7$s. Ctrl-C ends all of it.
        """
                .formatted(
                        broker.uri(),
                        broker.sshPort(),
                        broker.initialAdministratorFile(),
                        firewalls,
                        curl,
                        installation.firewall().id(),
                        installation.folder(),
                        broker.certificates().authorityFile(),
                        administrator.name(),
                        installation.firewall().page().name());
    }
}
