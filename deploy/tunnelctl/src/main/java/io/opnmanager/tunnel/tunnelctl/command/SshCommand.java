package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import io.opnmanager.tunnel.tunnelctl.operations.Fleet;
import io.opnmanager.tunnel.tunnelctl.operations.Forward;
import io.opnmanager.tunnel.tunnelctl.operations.Forwards;
import io.opnmanager.tunnel.tunnelctl.operations.HostKeys;
import io.opnmanager.tunnel.tunnelctl.operations.LocalAddress;
import io.opnmanager.tunnel.tunnelctl.operations.Session;
import io.opnmanager.tunnel.tunnelctl.operations.Session.State;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** A shell of a firewall, or one command there. */
@Command(
        name = "ssh",
        description = {
            "Open a shell of a firewall, or run a command there, with this machine's OpenSSH.",
            "Your keys stay with OpenSSH and its agent; the broker sees neither them nor what is typed. The firewall's host key is remembered in your profile."
        })
final class SshCommand implements Callable<Integer> {

    /** OpenSSH's own: it could not connect, or was refused. */
    private static final int NO_CONNECTION = 255;

    /** One SSH connection, and room for one that is tried again. */
    private static final int CONNECTIONS = 2;

    @ParentCommand @Nullable TunnelctlCommand parent;

    @Parameters(index = "0", paramLabel = "[USER@]FIREWALL", description = "Its name or number.")
    String destination = "";

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "COMMAND",
            description = "What to run there, after --; a shell when there is none.")
    List<String> remote = new ArrayList<>();

    @Option(names = "-l", paramLabel = "USER", description = "User there.")
    @Nullable String user;

    @Option(
            names = "-i",
            paramLabel = "FILE",
            description = "Private key, for OpenSSH; may be repeated.")
    List<String> identities = new ArrayList<>();

    @Option(
            names = "-o",
            paramLabel = "OPTION",
            description = "Any option of OpenSSH as in its configuration; may be repeated.")
    List<String> options = new ArrayList<>();

    @Option(
            names = "-p",
            paramLabel = "PORT",
            defaultValue = "22",
            description = "Port of the SSH server there (${DEFAULT-VALUE}).")
    int port = 22;

    @Option(
            names = "--forget-host-key",
            description =
                    "Forget the host key that is remembered, before connecting: when the firewall was installed anew.")
    boolean forgetHostKey;

    @Mixin SessionOptions sessionOptions = new SessionOptions();

    private final Ending ending;

    SshCommand(Ending ending) {
        this.ending = ending;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (port < 1 || port > 65_535) {
            throw new Failed(ExitCode.USAGE, "-p: wanted 1 to 65535, found " + port);
        }
        TunnelctlCommand top = TunnelctlCommand.of(parent);
        int at = destination.lastIndexOf('@');
        String name = destination.substring(at + 1);
        if (at > 0) {
            user = destination.substring(0, at);
        }
        try (Access access = top.access();
                Forwards all = new Forwards()) {
            ending.covers(all);
            Firewall firewall = Fleet.find(access.broker(), name);
            HostKeys hostKeys = hostKeys(top.home(), access, firewall);
            Session session =
                    all.add(
                            new Session(
                                    access.broker(),
                                    access.gatewayAccess(),
                                    sessionOptions.wanted(firewall.id(), "ssh://localhost:" + port),
                                    sessionOptions.patience(),
                                    _ -> {}));
            session.open();
            requireOpen(session.awaitOpen());
            Forward forward =
                    all.add(
                            Forward.open(
                                    LocalAddress.of("0", "port"),
                                    session,
                                    new Forward.Terms(sessionOptions.wait, CONNECTIONS)));
            return run(hostKeys.command(forward.local().getPort(), own(), remote), top.screen());
        }
    }

    private HostKeys hostKeys(Home home, Access access, Firewall firewall)
            throws IOException, InterruptedException {
        HostKeys hostKeys = HostKeys.of(home.knownHosts(), access.broker().address(), firewall);
        if (!Files.exists(home.knownHosts())) {
            home.replace(home.knownHosts(), new byte[0]);
        } else if (forgetHostKey) {
            var _ =
                    new ProcessBuilder(hostKeys.forget())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor();
        }
        return hostKeys;
    }

    private static void requireOpen(Session.Standing standing) {
        if (standing.state() == State.OPEN) {
            return;
        }
        if (standing.failure() != null) {
            throw standing.failure();
        }
        throw new Failed(ExitCode.NOT_OPENED, "no session: " + standing.why());
    }

    private List<String> own() {
        List<String> own = new ArrayList<>();
        if (user != null) {
            own.add("-l");
            own.add(user);
        }
        for (String identity : identities) {
            own.add("-i");
            own.add(identity);
        }
        for (String option : options) {
            own.add("-o");
            own.add(option);
        }
        return own;
    }

    private static int run(List<String> command, Screen screen) throws InterruptedException {
        Process ssh;
        try {
            ssh = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            throw new Failed(
                    ExitCode.BROKE,
                    "wanted OpenSSH's client, found " + e.getMessage() + "; install it");
        }
        int code = ssh.waitFor();
        if (code == NO_CONNECTION) {
            screen.error(
                    "OpenSSH could not connect. If it says that the host key has changed and the firewall was installed anew: --forget-host-key",
                    ExitCode.BROKE);
        }
        return code;
    }
}
