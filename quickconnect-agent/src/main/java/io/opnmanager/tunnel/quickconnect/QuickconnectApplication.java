package io.opnmanager.tunnel.quickconnect;

import io.quarkus.picocli.runtime.annotations.TopCommand;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.enterprise.inject.Instance;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Runs the command line inside Quarkus. The service, started as its units start it, is run without
 * the library that reads command lines: it would stay in memory, and no cache can hold it.
 */
public final class QuickconnectApplication implements QuarkusApplication {
    private static final Logger log = Logger.getLogger(QuickconnectApplication.class);

    private static final String ONCE = "--once";

    /** What {@link QuickconnectMain} has read already, and how often to ask. */
    private static final Pattern READ = Pattern.compile("--config=.+|--verbose|--debug|" + ONCE);

    private final Instance<QuickconnectCommand> top;
    private final Instance<IFactory> factory;
    private final QuickconnectConfiguration configuration;
    private final Ending ending;

    QuickconnectApplication(
            @TopCommand Instance<QuickconnectCommand> top,
            Instance<IFactory> factory,
            QuickconnectConfiguration configuration,
            Ending ending) {
        this.top = top;
        this.factory = factory;
        this.configuration = configuration;
        this.ending = ending;
    }

    @Override
    public int run(String... arguments) {
        if (!Arrays.stream(arguments).allMatch(READ.asMatchPredicate())) {
            return new CommandLine(top.get(), factory.get()).execute(arguments);
        }
        try {
            QuickconnectCommand command = new QuickconnectCommand(configuration, ending);
            command.once = Arrays.asList(arguments).contains(ONCE);
            return command.call();
        } catch (RuntimeException e) {
            log.error("the quickconnect-agent broke", e);
            return ExitCode.BROKE.number();
        }
    }
}
