package io.opnmanager.tunnel.tunnelctl;

import io.opnmanager.tunnel.tunnelctl.command.CommandLines;
import io.quarkus.runtime.QuarkusApplication;

/** Runs the command line inside Quarkus. */
public final class TunnelctlApplication implements QuarkusApplication {

    private final CommandLines commands;

    TunnelctlApplication(CommandLines commands) {
        this.commands = commands;
    }

    @Override
    public int run(String... arguments) {
        return commands.execute(arguments);
    }
}
