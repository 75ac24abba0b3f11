package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.SignedIn;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Closes sessions. */
@Command(name = "close", description = "Close sessions. Closing one that has ended is no error.")
final class CloseCommand implements Callable<Integer> {

    @ParentCommand @Nullable TunnelctlCommand parent;

    @ArgGroup(multiplicity = "1")
    Which which = new Which();

    /** One of both. */
    static final class Which {
        @Parameters(arity = "1..*", paramLabel = "ID", description = "Numbers of sessions.")
        @Nullable List<Long> ids;

        @Option(names = "--all", description = "All of your own.")
        boolean all;
    }

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        try (Access access = top.access()) {
            List<Long> closing = which.ids == null ? own(access) : which.ids;
            closing.forEach(access.broker()::close);
            top.screen()
                    .tell(
                            closing.size() == 1
                                    ? "Closed 1 session."
                                    : "Closed %d sessions.".formatted(closing.size()),
                            Map.of("closed", closing));
        }
        return ExitCode.DONE.number();
    }

    private static List<Long> own(Access access) {
        SignedIn who = access.broker().whoAmI();
        return access
                .broker()
                .requests(Map.of("live", "true", "size", "500", "requested_by", who.operator()))
                .items()
                .stream()
                .map(TunnelRequest::id)
                .toList();
    }
}
