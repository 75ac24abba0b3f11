package io.opnmanager.tunnel.agent.transport;

/** A line that could not be opened. */
public final class DialFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    private DialFailure(boolean permanent, String message) {
        super(message);
        this.permanent = permanent;
    }

    static DialFailure passing(String message) {
        return new DialFailure(false, message);
    }

    static DialFailure permanent(String message) {
        return new DialFailure(true, message);
    }

    /** Whether dialling again is pointless until a person has changed something. */
    public boolean permanent() {
        return permanent;
    }
}
