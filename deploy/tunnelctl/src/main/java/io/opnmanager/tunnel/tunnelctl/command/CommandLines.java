package io.opnmanager.tunnel.tunnelctl.command;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import jakarta.inject.Singleton;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** The front door of the commands. */
@Singleton
public final class CommandLines {

    private final TunnelctlCommand top;
    private final IFactory factory;

    CommandLines(@TopCommand TunnelctlCommand top, IFactory factory) {
        this.top = top;
        this.factory = factory;
    }

    /** Runs one command; answers its exit code. */
    public int execute(String... arguments) {
        return new CommandLine(top, factory)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new Failures())
                .execute(arguments);
    }
}
