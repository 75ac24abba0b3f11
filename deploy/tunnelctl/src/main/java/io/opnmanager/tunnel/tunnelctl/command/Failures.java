package io.opnmanager.tunnel.tunnelctl.command;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.operations.Fleet;
import org.jboss.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** What a failure looks like: one line, and an exit code. The whole of it is in the debug log. */
final class Failures implements IExecutionExceptionHandler {

    private static final Logger LOG = Logger.getLogger(Failures.class);

    @Override
    public int handleExecutionException(
            Exception failure, CommandLine command, ParseResult parsed) {
        LOG.debug("the command failed", failure);
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        ExitCode code = code(failure);
        TunnelctlCommand top = (TunnelctlCommand) command.getCommandSpec().root().userObject();
        String advice = code == ExitCode.BROKER_AWAY ? "; tunnelctl doctor says why" : "";
        new Screen(command, top.output).error(message(failure) + advice, code);
        return code.number();
    }

    private static String message(Exception failure) {
        return failure.getMessage() == null
                ? failure.getClass().getSimpleName()
                : failure.getMessage();
    }

    static ExitCode code(Exception failure) {
        return switch (failure) {
            case Failed failed -> failed.code();
            case BrokerFailure.Away _ -> ExitCode.BROKER_AWAY;
            case BrokerFailure.Refusal refusal ->
                    refusal.status() == 401 || refusal.status() == 403
                            ? ExitCode.REFUSED
                            : refusal.status() == 404 ? ExitCode.NOT_FOUND : ExitCode.BROKE;
            case Fleet.NotFound _ -> ExitCode.NOT_FOUND;
            case IllegalArgumentException _ -> ExitCode.USAGE;
            default -> ExitCode.BROKE;
        };
    }
}
