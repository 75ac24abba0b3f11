package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerAddress;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.Home;
import io.opnmanager.tunnel.tunnelctl.broker.Proxies;
import io.quarkus.picocli.runtime.annotations.TopCommand;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The top command: help, and what all commands share. */
@TopCommand
@Command(
        name = "tunnelctl",
        description = "Firewalls behind NAT on your own machine, while you need them.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        subcommands = {
            LoginCommand.class,
            LogoutCommand.class,
            FirewallsCommand.class,
            EnrolLineCommand.class,
            ConnectCommand.class,
            ForwardCommand.class,
            SshCommand.class,
            SessionsCommand.class,
            ShareCommand.class,
            CloseCommand.class,
            ServeCommand.class,
            DoctorCommand.class,
            CompletionCommand.class
        },
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  TUNNELCTL_BROKER, TUNNELCTL_CA_FILE, TUNNELCTL_PROFILE",
            "                        like the options",
            "  TUNNELCTL_TOKEN_FILE  a token in a file, instead of a sign-in",
            "  TUNNELCTL_HOME        where profiles are kept",
            "  HTTPS_PROXY, NO_PROXY the HTTP proxy on the way",
            "",
            "Exit codes:",
            "  0  done",
            "  1  something broke; of doctor: something is in the way",
            "  2  wrong usage or configuration",
            "  3  the broker cannot be reached",
            "  4  nobody is signed in, or the broker refused",
            "  5  nothing has this name or number",
            "  6  the session did not come about",
            "  7  the session ended though it was still wanted",
            "  130, 143  ended by Ctrl-C, by SIGTERM",
            "  of ssh: what OpenSSH ended with, once it runs"
        })
public final class TunnelctlCommand {

    @Option(
            names = "--broker",
            paramLabel = "URL",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:TUNNELCTL_BROKER}",
            description = "The broker, instead of the one that you signed in at.")
    @Nullable String broker;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:TUNNELCTL_CA_FILE}",
            description = "Authorities to trust instead of the system's, PEM.")
    @Nullable Path caFile;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            defaultValue = "${env:TUNNELCTL_PROFILE:-default}",
            description = "Which of several sign-ins (${DEFAULT-VALUE}).")
    String profile = "default";

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    OutputFormat output = OutputFormat.TABLE;

    /** Read before the start; here for the help. */
    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Say on the standard error what goes on.")
    boolean verbose;

    /** Read before the start; here for the help. */
    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "The same, with everything that helps to find a fault.")
    boolean debug;

    @Spec @Nullable CommandSpec spec;

    /** What picocli puts into a subcommand before it is called. */
    static TunnelctlCommand of(@Nullable TunnelctlCommand parent) {
        if (parent == null) {
            throw new IllegalStateException("picocli has not begun");
        }
        return parent;
    }

    Screen screen() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not begun");
        }
        return new Screen(spec.commandLine(), output);
    }

    Home home() {
        return Home.of(
                System.getenv(),
                System.getProperty("os.name", ""),
                Path.of(System.getProperty("user.home", ".")),
                profile);
    }

    Proxies proxies() {
        return new Proxies(System.getenv());
    }

    /** The broker of the options, or the one of the sign-in. */
    BrokerAddress address() {
        String named = broker;
        if (named != null && !named.isBlank()) {
            return BrokerAddress.of(named, caFile);
        }
        return home().signIn()
                .map(Home.SignIn::address)
                .orElseThrow(() ->
                        new Failed(
                                ExitCode.USAGE,
                                "which broker? Name it: tunnelctl login --broker https://…"));
    }

    /** The token of the environment, which counts instead of a sign-in. */
    private static @Nullable String givenToken() {
        String file = System.getenv("TUNNELCTL_TOKEN_FILE");
        return file == null || file.isBlank() ? null : Secrets.read(file, "TUNNELCTL_TOKEN_FILE");
    }

    /** The token that would be used at a broker; null when nobody is signed in there. */
    @Nullable String tokenAt(BrokerAddress address) {
        String given = givenToken();
        return given != null
                ? given
                : home().signIn()
                        .filter(signIn -> signIn.address().url().equals(address.url()))
                        .map(Home.SignIn::token)
                        .orElse(null);
    }

    /** A client for whoever is signed in; the caller closes it. */
    Access access() {
        String token = givenToken();
        if (token != null) {
            return new Access(
                    BrokerClient.anonymous(address(), proxies()).withToken(token), null, proxies());
        }
        Home home = home();
        Home.SignIn signIn =
                home.signIn()
                        .orElseThrow(() ->
                                new Failed(
                                        ExitCode.REFUSED,
                                        "nobody is signed in: run tunnelctl login"));
        BrokerAddress address = address();
        if (!address.url().equals(signIn.address().url())) {
            throw new Failed(
                    ExitCode.REFUSED,
                    "you are signed in at %s, not at %s: run tunnelctl login --broker %s, with --profile to keep both"
                            .formatted(signIn.broker(), address.url(), address.url()));
        }
        return new Access(
                BrokerClient.anonymous(address, proxies()).withToken(signIn.token()),
                home,
                proxies());
    }
}
