package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.contract.operator.TunnelRequestPage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists sessions. */
@Command(
        name = "sessions",
        description = "List the sessions that you have, or may see, the newest first.")
final class SessionsCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Option(names = "--all", description = "Those that have ended, too.")
    boolean all;

    @Option(
            names = "--size",
            paramLabel = "N",
            defaultValue = "50",
            description = "How many at the most, 1 to 500 (${DEFAULT-VALUE}).")
    int size;

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        Map<String, String> filter = new LinkedHashMap<>();
        filter.put("size", Integer.toString(size));
        if (!all) {
            filter.put("live", "true");
        }
        try (Access access = top.access()) {
            TunnelRequestPage found = access.broker().requests(filter);
            top.screen()
                    .table(
                            List.of(
                                    "ID",
                                    "FIREWALL",
                                    "TARGET",
                                    "STATE",
                                    "BY",
                                    "UNTIL",
                                    "IN",
                                    "OUT",
                                    "END"),
                            found.items().stream().map(SessionsCommand::row).toList(),
                            found);
        }
        return ExitCode.DONE.number();
    }

    private static List<String> row(TunnelRequest request) {
        return List.of(
                Long.toString(request.id()),
                request.firewallName(),
                request.target(),
                request.status().name().toLowerCase(Locale.ROOT),
                request.requestedBy(),
                Screen.time(request.endedAt() == null ? request.expiresAt() : request.endedAt()),
                Bytes.text(request.bytesIn()),
                Bytes.text(request.bytesOut()),
                request.endReason() == null
                        ? "-"
                        : request.endReason().name().toLowerCase(Locale.ROOT));
    }
}
