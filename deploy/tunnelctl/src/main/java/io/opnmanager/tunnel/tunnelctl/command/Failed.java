package io.opnmanager.tunnel.tunnelctl.command;

/** A command cannot go on; the message is for a person. */
final class Failed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ExitCode code;

    Failed(ExitCode code, String message) {
        super(message);
        this.code = code;
    }

    ExitCode code() {
        return code;
    }
}
