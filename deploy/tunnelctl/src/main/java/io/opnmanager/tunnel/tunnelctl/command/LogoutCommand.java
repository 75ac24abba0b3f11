package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import io.opnmanager.tunnel.tunnelctl.operations.Login;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Signs out. */
@Command(
        name = "logout",
        description = {
            "Sign out.",
            "Revokes the certificate, and the token unless it was made elsewhere, and removes both from this machine."
        })
final class LogoutCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        Home home = top.home();
        if (home.signIn().isEmpty()) {
            home.forget();
            top.screen().tell("Nobody was signed in.", Map.of("signed_out", false));
            return ExitCode.DONE.number();
        }
        try (BrokerClient broker = BrokerClient.anonymous(top.address(), top.proxies())) {
            new Login(broker, home).logout();
        }
        top.screen().tell("Signed out.", Map.of("signed_out", true));
        return ExitCode.DONE.number();
    }
}
