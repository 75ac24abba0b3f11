package io.opnmanager.tunnel.tunnelctl.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Secrets come from a file, the standard input or a terminal: never from the command line. */
final class Secrets {

    private static final int LONGEST = 8 * 1024;

    private Secrets() {}

    /**
     * The first line of a file; {@code -} is the standard input.
     *
     * @param name of the option, for the error
     */
    static String read(String file, String name) {
        try {
            byte[] bytes;
            if (file.equals("-")) {
                bytes = System.in.readNBytes(LONGEST);
            } else {
                try (var in = Files.newInputStream(Path.of(file))) {
                    bytes = in.readNBytes(LONGEST);
                }
            }
            String secret =
                    new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("");
            if (secret.isBlank()) {
                throw new Failed(ExitCode.USAGE, name + ": wanted a secret, found nothing");
            }
            return secret;
        } catch (IOException e) {
            throw new Failed(
                    ExitCode.USAGE, name + ": wanted a readable file, found " + e.getMessage());
        }
    }

    /**
     * Asked for in the terminal, not shown.
     *
     * @param otherwise the option that answers without a terminal
     */
    static String ask(String prompt, String otherwise) {
        char[] typed = Terminal.required(otherwise).readPassword("%s: ", prompt);
        return answer(prompt, typed == null ? null : new String(typed));
    }

    /** The same, shown. */
    static String askOpenly(String prompt, String otherwise) {
        return answer(prompt, Terminal.required(otherwise).readLine("%s: ", prompt)).strip();
    }

    private static String answer(String prompt, @Nullable String typed) {
        if (typed == null || typed.isBlank()) {
            throw new Failed(ExitCode.USAGE, prompt + ": wanted an answer, found none");
        }
        return typed;
    }
}
