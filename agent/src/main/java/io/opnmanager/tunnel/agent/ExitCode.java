package io.opnmanager.tunnel.agent;

/** What the process ends with; scripts and service files rely on the numbers. */
enum ExitCode {
    DONE(0),
    BROKE(1),
    USAGE(2),
    BROKER_AWAY(3),
    REFUSED(4),
    ENROLLED_ALREADY(5),
    RUNNING_ALREADY(6);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
