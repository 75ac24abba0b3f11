package io.opnmanager.tunnel.agent;

import io.opnmanager.tunnel.agent.poll.AlreadyRunning;
import io.quarkus.runtime.Quarkus;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import org.jboss.logging.Logger;
import picocli.CommandLine.Command;

/** {@code agent run}: until the process is told to end. */
@Command(
        name = "run",
        description = "Ask the broker for work, open and close tunnels; ends on SIGTERM.")
final class RunCommand implements Callable<Integer> {
    private static final Logger log = Logger.getLogger(RunCommand.class);

    private final AgentConfiguration configuration;

    private final Ending ending;

    RunCommand(AgentConfiguration configuration, Ending ending) {
        this.configuration = configuration;
        this.ending = ending;
    }

    @Override
    public Integer call() {
        try (Agent agent = Agent.start(configuration, Version.number())) {
            ending.covers(agent);
            Quarkus.waitForExit();
            return ExitCode.DONE.number();
        } catch (AlreadyRunning e) {
            log.errorf("%s", e.getMessage());
            return ExitCode.RUNNING_ALREADY.number();
        } catch (Agent.NotEnrolled e) {
            log.errorf("%s", e.getMessage());
            return ExitCode.REFUSED.number();
        } catch (IllegalArgumentException e) {
            log.errorf("%s", e.getMessage());
            return ExitCode.USAGE.number();
        } catch (UncheckedIOException e) {
            log.errorf("%s", e.getMessage());
            return ExitCode.BROKE.number();
        }
    }
}
