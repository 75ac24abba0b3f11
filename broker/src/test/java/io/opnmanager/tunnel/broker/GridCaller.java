package io.opnmanager.tunnel.broker;

/**
 * One way to call.
 *
 * @param credential what is shown
 * @param role what may be done with it: viewer, operator, administrator or agent; none without
 * @param reach whether the firewall of the test is within
 * @param operator whose it is; empty for agents and nobody
 * @param secret token or certificate's file; empty where there is none
 */
record GridCaller(
        Credential credential, String role, Within reach, String operator, String secret) {

    /** Kinds of credentials. */
    enum Credential {
        NONE,
        AGENT,
        PASSWORD,
        COOKIE,
        TOKEN,
        /** A token with less role and reach than its operator, an administrator of everything. */
        NARROWED_TOKEN,
        CERTIFICATE
    }

    /** Which firewalls are within reach. */
    enum Within {
        EVERYTHING,
        HOME,
        ELSEWHERE
    }

    boolean isToken() {
        return credential == Credential.TOKEN || credential == Credential.NARROWED_TOKEN;
    }

    /** Whether there can be requests that this caller asked for. */
    boolean hasRequests() {
        return !operator.isEmpty()
                && (credential == Credential.NARROWED_TOKEN || !role.equals("viewer"));
    }

    @Override
    public String toString() {
        return "%s, %s, within reach: %s".formatted(role, credential, reach);
    }
}
