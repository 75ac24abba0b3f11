package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.tunnelctl.operations.Fleet;
import io.opnmanager.tunnel.tunnelctl.operations.Forward;
import io.opnmanager.tunnel.tunnelctl.operations.Forwards;
import io.opnmanager.tunnel.tunnelctl.operations.LocalAddress;
import io.opnmanager.tunnel.tunnelctl.operations.Session;
import io.opnmanager.tunnel.tunnelctl.operations.Session.State;
import io.opnmanager.tunnel.tunnelctl.operations.Targets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Local ports that lead to a firewall. */
@Command(
        name = "forward",
        description = {
            "Open local ports that lead to a firewall, until Ctrl-C or until the session ends.",
            "Without options it is the firewall's own page, at a port that is free. For several at once, repeat -L and --target in pairs:",
            "  tunnelctl forward fw-21 -L 8443 --target https -L 2222 --target ssh"
        })
final class ForwardCommand implements Callable<Integer> {

    private static final int CONNECTIONS = 1000;

    @ParentCommand @Nullable TunnelctlCommand parent;

    @ArgGroup(multiplicity = "1")
    Which which = new Which();

    @ArgGroup(exclusive = false, multiplicity = "0..*")
    List<Pair> pairs = new ArrayList<>();

    @Mixin SessionOptions options = new SessionOptions();

    private final Ending ending;

    /** A session of one's own, or one that is there. */
    static final class Which {

        @Parameters(paramLabel = "FIREWALL", description = "Its name or number.")
        @Nullable String firewall;

        @Option(
                names = "--session",
                paramLabel = "ID",
                description =
                        "Use a session that is there, for example one that another operator shares with you.")
        @Nullable Long session;
    }

    /** A local port and what it leads to. */
    static final class Pair {

        @Option(
                names = "-L",
                paramLabel = "[ADDRESS:]PORT",
                description =
                        "Where to listen; 0 is a port that is free, and without an address it is loopback.")
        String local = "0";

        @Option(
                names = "--target",
                paramLabel = "TARGET",
                description =
                        "ssh, https (the firewall's own page), host:port or scheme://host:port as the firewall's agent sees it.")
        @Nullable String target;
    }

    ForwardCommand(Ending ending) {
        this.ending = ending;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        if (pairs.isEmpty()) {
            pairs.add(new Pair());
        }
        try (Access access = top.access();
                Forwards all = new Forwards()) {
            ending.covers(all);
            Session.GatewayAccess gatewayAccess = access.gatewayAccess();
            ForwardDisplay display = new ForwardDisplay(top.screen());
            // Ports first: one that is taken is said before anything is asked for.
            Map<String, Session> sessions = new LinkedHashMap<>();
            for (Pair pair : pairs) {
                String target = pair.target == null ? "https" : pair.target;
                Session session = sessions.get(target);
                if (session == null) {
                    session =
                            all.add(
                                    new Session(
                                            access.broker(),
                                            gatewayAccess,
                                            wanted(access, pair),
                                            options.patience(),
                                            now -> display.moved(target, now)));
                    sessions.put(target, session);
                }
                display.add(
                        all.add(
                                Forward.open(
                                        LocalAddress.of(pair.local, "-L"),
                                        session,
                                        new Forward.Terms(options.wait, CONNECTIONS))),
                        session,
                        target);
            }
            return follow(List.copyOf(sessions.values()), all.add(display));
        }
    }

    private Session.Wanted wanted(Access access, Pair pair) {
        if (which.session != null) {
            if (pair.target != null) {
                throw new Failed(
                        ExitCode.USAGE, "--target: a session that is there has its target");
            }
            return Session.Wanted.existing(which.session);
        }
        Firewall found = Fleet.find(access.broker(), Objects.requireNonNull(which.firewall));
        return options.wanted(found.id(), Targets.of(pair.target == null ? "https" : pair.target));
    }

    /** To the end of the last one; what went wrong with any of them decides. */
    private static int follow(List<Session> sessions, ForwardDisplay display)
            throws InterruptedException {
        sessions.forEach(Session::open);
        display.start();
        ExitCode worst = ExitCode.DONE;
        for (Session session : sessions) {
            Session.Standing end = session.awaitEnd();
            if (end.state() == State.ENDED) {
                worst = end(end);
            }
        }
        return worst.number();
    }

    private static ExitCode end(Session.Standing end) {
        if (end.failure() != null) {
            return Failures.code(end.failure());
        }
        return end.cameAbout() ? ExitCode.ENDED : ExitCode.NOT_OPENED;
    }
}
