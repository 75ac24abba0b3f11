package io.opnmanager.tunnel.tunnelctl.command;

/** What the process ends with; scripts rely on the numbers. */
enum ExitCode {
    DONE(0),
    /** Something broke; of {@code doctor}: something is in the way. */
    BROKE(1),
    USAGE(2),
    BROKER_AWAY(3),
    /** Nobody is signed in, or the broker refused. */
    REFUSED(4),
    NOT_FOUND(5),
    /** The session did not come about. */
    NOT_OPENED(6),
    /** The session ended though it was still wanted. */
    ENDED(7);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
