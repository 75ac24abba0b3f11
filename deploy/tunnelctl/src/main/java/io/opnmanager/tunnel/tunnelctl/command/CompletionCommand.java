package io.opnmanager.tunnel.tunnelctl.command;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete commands. */
@Command(
        name = "completion",
        description = {
            "Print completion for your shell. For bash, and for zsh after compinit:",
            "  source <(tunnelctl completion bash)",
            "  source <(tunnelctl completion zsh)"
        })
final class CompletionCommand implements Callable<Integer> {

    /** Both understand the same script; it looks which one reads it. */
    enum Shell {
        bash,
        zsh
    }

    @Spec @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    Shell shell = Shell.bash;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli has not begun");
        }
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("tunnelctl", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return ExitCode.DONE.number();
    }
}
