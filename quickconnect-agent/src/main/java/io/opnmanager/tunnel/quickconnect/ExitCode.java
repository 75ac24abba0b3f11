package io.opnmanager.tunnel.quickconnect;

/** What the process ends with; scripts rely on the numbers. */
enum ExitCode {
    NOTHING_TO_DO(0),
    BROKE(1),
    USAGE(2),
    BROKER_AWAY(3),
    REFUSED(4),
    AGENT_AWAY(5),
    TRIGGERED(10);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
