package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.operations.Doctor;
import io.opnmanager.tunnel.tunnelctl.operations.Doctor.Finding;
import io.opnmanager.tunnel.tunnelctl.operations.Doctor.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Looks for what is in the way. */
@Command(
        name = "doctor",
        description = {
            "Look for what is in the way between this machine and the broker, and say what to do.",
            "Proxy, DNS, TCP, TLS and who opens it on the way, clock, the broker's API, WebSocket, your sign-in, the SSH port for firewalls."
        })
final class DoctorCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        Screen screen = top.screen();
        BrokerAddress address = top.address();
        String token = top.tokenAt(address);
        try (BrokerClient anonymous = BrokerClient.anonymous(address, top.proxies())) {
            BrokerClient client = token == null ? anonymous : anonymous.withToken(token);
            List<Finding> findings =
                    new Doctor(address, top.proxies(), finding -> say(screen, finding))
                            .examine(client, token != null);
            boolean failed =
                    findings.stream().anyMatch(finding -> finding.verdict() == Verdict.FAILED);
            if (screen.isJson()) {
                screen.tell(
                        "",
                        Map.of(
                                "findings",
                                findings.stream().map(DoctorCommand::document).toList()));
            } else {
                screen.say(failed ? "Something is in the way." : "Nothing is in the way.");
            }
            return (failed ? ExitCode.BROKE : ExitCode.DONE).number();
        }
    }

    private static void say(Screen screen, Finding finding) {
        screen.say(
                "%-8s %-10s %s"
                        .formatted(
                                finding.verdict().name().toLowerCase(Locale.ROOT),
                                finding.check(),
                                finding.found()));
        if (finding.advice() != null) {
            screen.say(" ".repeat(20) + finding.advice());
        }
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("check", finding.check());
        document.put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT));
        document.put("found", finding.found());
        if (finding.advice() != null) {
            document.put("advice", finding.advice());
        }
        return document;
    }
}
