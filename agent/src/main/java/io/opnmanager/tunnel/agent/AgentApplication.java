package io.opnmanager.tunnel.agent;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.QuarkusApplication;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Runs the command line inside Quarkus. */
public final class AgentApplication implements QuarkusApplication {
    private final AgentCommand top;
    private final IFactory factory;

    AgentApplication(@TopCommand AgentCommand top, IFactory factory) {
        this.top = top;
        this.factory = factory;
    }

    @Override
    public int run(String... arguments) {
        return new CommandLine(top, factory).execute(arguments);
    }
}
