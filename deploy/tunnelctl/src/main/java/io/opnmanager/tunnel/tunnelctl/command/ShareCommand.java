package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.SharedWith;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Lets others use a session. */
@Command(
        name = "share",
        description = {
            "Let other operators use a session of yours, and nobody else from now on.",
            "They reach it with: tunnelctl forward --session ID"
        })
final class ShareCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Parameters(index = "0", paramLabel = "ID", description = "Number of the session.")
    long session;

    @Parameters(
            index = "1..*",
            arity = "0..10",
            paramLabel = "OPERATOR",
            description = "Names of operators; without one it is yours alone again.")
    List<String> operators = new ArrayList<>();

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        try (Access access = top.access()) {
            TunnelRequest request =
                    access.broker().share(session, new SharedWith(List.copyOf(operators)));
            top.screen()
                    .tell(
                            operators.isEmpty()
                                    ? "Shared with nobody."
                                    : "Shared with %s.".formatted(String.join(", ", operators)),
                            request);
        }
        return ExitCode.DONE.number();
    }
}
