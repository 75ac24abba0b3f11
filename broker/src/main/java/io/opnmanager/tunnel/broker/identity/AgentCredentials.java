package io.opnmanager.tunnel.broker.identity;

import org.jspecify.annotations.Nullable;

/** Which agent token belongs to which firewall. Asked for every call of every agent. */
public interface AgentCredentials {

    /**
     * The firewall of a token, null when it is unknown or no longer valid. Answers from memory: it
     * never waits and never touches the database.
     *
     * @param tokenHash SHA-256 of the token
     */
    @Nullable Long firewallOf(byte[] tokenHash);
}
