package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.tunnelctl.operations.Fleet;
import io.opnmanager.tunnel.tunnelctl.operations.Targets;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Opens the firewall's page in the browser. */
@Command(
        name = "connect",
        description = {
            "Open a firewall's own page in your browser.",
            "The session ends when the window is closed. The browser has to be signed in at the console as the same operator; it asks when it is not."
        })
final class ConnectCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Parameters(paramLabel = "FIREWALL", description = "Its name or number.")
    String firewall = "";

    @Option(
            names = "--target",
            paramLabel = "TARGET",
            defaultValue = "https",
            description = "https (the firewall's own page) or http(s)://host:port.")
    String target = "https";

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            description = "Why, for the audit; some brokers want one.")
    @Nullable String reason;

    @Option(names = "--print", description = "Print the address instead of opening a browser.")
    boolean print;

    @Override
    public Integer call() throws InterruptedException {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        try (Access access = top.access()) {
            Firewall found = Fleet.find(access.broker(), firewall);
            TunnelRequest request =
                    access.broker()
                            .open(
                                    new TunnelAsk(
                                            found.id(), Targets.of(target), reason, null, null));
            String url = access.broker().address().url() + "/connect?request=" + request.id();
            top.screen().tell(url, Map.of("request_id", request.id(), "url", url));
            if (!print && !open(url)) {
                throw new Failed(
                        ExitCode.BROKE, "no browser could be started here: open the address above");
            }
        }
        return ExitCode.DONE.number();
    }

    private static boolean open(String url) throws InterruptedException {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        List<String> command =
                system.startsWith("mac")
                        ? List.of("open", url)
                        : system.startsWith("windows")
                                ? List.of("rundll32", "url.dll,FileProtocolHandler", url)
                                : List.of("xdg-open", url);
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
