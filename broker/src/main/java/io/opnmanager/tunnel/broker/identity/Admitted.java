package io.opnmanager.tunnel.broker.identity;

/**
 * An operator who is let in.
 *
 * @param operator with what this credential allows
 * @param credential what was shown
 */
record Admitted(Caller.Operator operator, Credential credential) {}
