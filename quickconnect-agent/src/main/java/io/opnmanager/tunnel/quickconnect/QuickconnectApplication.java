package io.opnmanager.tunnel.quickconnect;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.QuarkusApplication;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Runs the command line inside Quarkus. */
public final class QuickconnectApplication implements QuarkusApplication {
    private final QuickconnectCommand top;
    private final IFactory factory;

    QuickconnectApplication(@TopCommand QuickconnectCommand top, IFactory factory) {
        this.top = top;
        this.factory = factory;
    }

    @Override
    public int run(String... arguments) {
        return new CommandLine(top, factory).execute(arguments);
    }
}
