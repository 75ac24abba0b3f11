package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.FirewallPage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Lists firewalls. */
@Command(name = "firewalls", description = "List the firewalls that you may use.")
final class FirewallsCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            description = "Part of the name, host name or a tag.")
    @Nullable String query;

    @Option(names = "--tag", paramLabel = "TAG", description = "Only those that carry this tag.")
    @Nullable String tag;

    @Option(names = "--online", description = "Only those that are online.")
    boolean online;

    @Option(
            names = "--page",
            paramLabel = "N",
            defaultValue = "0",
            description = "Which page of a long list, from 0.")
    int page;

    @Option(
            names = "--size",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many a page has, 1 to 500 (${DEFAULT-VALUE}).")
    int size;

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        Map<String, String> filter = new LinkedHashMap<>();
        filter.put("page", Integer.toString(page));
        filter.put("size", Integer.toString(size));
        if (query != null) {
            filter.put("query", query);
        }
        if (tag != null) {
            filter.put("tag", tag);
        }
        if (online) {
            filter.put("online", "true");
        }
        try (Access access = top.access()) {
            FirewallPage found = access.broker().firewalls(filter);
            top.screen()
                    .table(
                            List.of("ID", "NAME", "STATE", "TAGS", "KIND", "LAST SEEN"),
                            found.items().stream().map(FirewallsCommand::row).toList(),
                            found);
            if (found.total() > found.items().size()) {
                top.screen()
                        .say(
                                "%d of %d; more with --page and --size."
                                        .formatted(found.items().size(), found.total()));
            }
        }
        return ExitCode.DONE.number();
    }

    private static List<String> row(Firewall firewall) {
        String state =
                firewall.online() ? "online" : firewall.enrolled() ? "offline" : "not enrolled";
        return List.of(
                Long.toString(firewall.id()),
                firewall.name(),
                state,
                firewall.tags().isEmpty() ? "-" : String.join(",", firewall.tags()),
                firewall.kind().name().toLowerCase(Locale.ROOT),
                Screen.time(firewall.lastSeen()));
    }
}
