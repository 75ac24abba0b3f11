package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.EnrolmentKind;
import io.opnmanager.tunnel.contract.operator.EnrolmentLine;
import io.opnmanager.tunnel.contract.operator.EnrolmentLineAsk;
import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.tunnelctl.operations.Fleet;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Makes a line that installs an agent and enrols it. */
@Command(
        name = "enrol-line",
        description = {
            "Print one line to paste into a root shell of a firewall: it installs the agent and enrols it.",
            "For administrators, and only when the broker has a release of agents. A secret stands in the line: a token that lets one agent in, once. One made before is dead from now on."
        })
final class EnrolLineCommand implements Callable<Integer> {

    /** Kinds by the words of the contract. */
    enum Kind {
        OPNSENSE(EnrolmentKind.OPNSENSE),
        DEBIAN(EnrolmentKind.DEBIAN),
        CONTAINER(EnrolmentKind.CONTAINER);

        private final EnrolmentKind wire;

        Kind(EnrolmentKind wire) {
            this.wire = wire;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Parameters(paramLabel = "FIREWALL", description = "Its name or number.")
    String firewall = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            required = true,
            description =
                    "${COMPLETION-CANDIDATES}. opnsense is the agent without Java, for pfSense, FreeBSD and OpenWrt too.")
    Kind kind = Kind.OPNSENSE;

    @Override
    public Integer call() {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        try (Access access = top.access()) {
            Firewall found = Fleet.find(access.broker(), firewall);
            EnrolmentLine made =
                    access.broker().enrolmentLine(found.id(), new EnrolmentLineAsk(kind.wire));
            top.screen().tell(made.line(), made);
            top.screen()
                    .note(
                            "For %s, agent %s. Works once, until %s."
                                    .formatted(
                                            found.name(),
                                            made.version(),
                                            Screen.time(made.expiresAt())));
        }
        return ExitCode.DONE.number();
    }
}
