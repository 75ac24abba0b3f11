package io.opnmanager.tunnel.agent;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The top command: only help and the options that all commands share. */
@TopCommand
@Command(
        name = "agent",
        description =
                "Opens tunnels from this firewall to its broker, when the broker asks for one.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Version.class,
        subcommands = {EnrollCommand.class, RunCommand.class},
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0  done",
            "  1  something broke",
            "  2  wrong usage or configuration",
            "  3  the broker cannot be reached",
            "  4  the broker refused the token, or this firewall is not enrolled",
            "  5  enrolled already, and --force was not given",
            "  6  another agent is running with this state folder"
        })
final class AgentCommand {

    /** Read before the start by {@link AgentMain}; here for the help. */
    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "Read the configuration from this YAML file.")
    @Nullable Path config;

    /** Read before the start by {@link AgentMain}; here for the help. */
    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log what the agent does in detail.")
    boolean verbose;

    /** Read before the start by {@link AgentMain}; here for the help. */
    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Log what the libraries do, too.")
    boolean debug;
}
