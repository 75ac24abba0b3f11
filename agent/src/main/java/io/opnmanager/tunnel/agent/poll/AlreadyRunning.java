package io.opnmanager.tunnel.agent.poll;

/** Another agent works with the same identity on this machine. */
public final class AlreadyRunning extends Exception {
    private static final long serialVersionUID = 1L;

    AlreadyRunning(String message) {
        super(message);
    }
}
