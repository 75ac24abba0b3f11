package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.operations.ClientFile;
import io.opnmanager.tunnel.tunnelctl.operations.ClientFiles;
import io.opnmanager.tunnel.tunnelctl.operations.Forwards;
import io.opnmanager.tunnel.tunnelctl.operations.OperatorKey;
import io.opnmanager.tunnel.tunnelctl.operations.Serving;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Forwards for as long as the machine runs. */
@Command(
        name = "serve",
        description = {
            "Keep the forwards of a file open until SIGTERM or Ctrl-C.",
            "A service of the gateway is dialled for each connection; a firewall's session is opened by the first connection and again when it is needed."
        })
final class ServeCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "YAML; see client.example.yaml for every key.")
    Path config = Path.of("client.yaml");

    @Option(names = "--check", description = "Check the file and end.")
    boolean check;

    private final Ending ending;

    ServeCommand(Ending ending) {
        this.ending = ending;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        ClientFile file = ClientFiles.read(config);
        if (check) {
            top.screen().say(config + " is right.");
            return ExitCode.DONE.number();
        }
        CountDownLatch over = new CountDownLatch(1);
        try (Forwards all = new Forwards()) {
            var _ = all.add(over::countDown);
            ending.covers(all);
            new Serving(file, top.proxies(), () -> operator(file, top, all)).open(all);
            over.await();
        }
        return ExitCode.DONE.number();
    }

    /** The token of the file, or the sign-in of the profile. */
    private static Serving.Signed operator(ClientFile file, TunnelctlCommand top, Forwards all) {
        ClientFile.Broker named = file.broker();
        if (named == null) {
            Access access = all.add(top.access());
            return new Serving.Signed(
                    access.broker(), new OperatorKey(access.broker(), access.home()));
        }
        String token = Secrets.read(named.tokenFile().toString(), "broker.token-file");
        BrokerClient broker =
                all.add(
                        BrokerClient.anonymous(
                                        BrokerAddress.of(named.url(), named.caFile()),
                                        top.proxies())
                                .withToken(token));
        return new Serving.Signed(broker, new OperatorKey(broker, null));
    }
}
