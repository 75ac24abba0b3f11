package io.opnmanager.tunnel.agent;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.enterprise.inject.Instance;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Runs the command line inside Quarkus. The service, started as its unit starts it, is run without
 * the library that reads command lines: it would stay in memory, and no cache can hold it.
 */
public final class AgentApplication implements QuarkusApplication {
    private static final Logger log = Logger.getLogger(AgentApplication.class);

    /** What {@link AgentMain} has read already. */
    private static final Pattern READ = Pattern.compile("--config=.+|--verbose|--debug");

    private final Instance<AgentCommand> top;
    private final Instance<IFactory> factory;
    private final AgentConfiguration configuration;
    private final Ending ending;

    AgentApplication(
            @TopCommand Instance<AgentCommand> top,
            Instance<IFactory> factory,
            AgentConfiguration configuration,
            Ending ending) {
        this.top = top;
        this.factory = factory;
        this.configuration = configuration;
        this.ending = ending;
    }

    @Override
    public int run(String... arguments) {
        if (arguments.length == 0
                || !arguments[0].equals("run")
                || !Arrays.stream(arguments).skip(1).allMatch(READ.asMatchPredicate())) {
            return new CommandLine(top.get(), factory.get()).execute(arguments);
        }
        try {
            return new RunCommand(configuration, ending).call();
        } catch (RuntimeException e) {
            log.error("the agent broke", e);
            return ExitCode.BROKE.number();
        }
    }
}
