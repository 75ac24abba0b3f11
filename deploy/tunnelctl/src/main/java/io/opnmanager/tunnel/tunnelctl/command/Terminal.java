package io.opnmanager.tunnel.tunnelctl.command;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** Whether there is a person in front of it. */
final class Terminal {

    private Terminal() {}

    /** Null when there is none. */
    // Error Prone knows the JDKs 22 to 24; since 25 it can be null again.
    @SuppressWarnings("SystemConsoleNull")
    static @Nullable Console console() {
        Console console = System.console();
        return console != null && console.isTerminal() ? console : null;
    }

    /** A terminal, or an error that says what to use otherwise. */
    static Console required(String otherwise) {
        Console console = console();
        if (console == null) {
            throw new Failed(ExitCode.USAGE, "there is no terminal to ask in: use " + otherwise);
        }
        return console;
    }
}
