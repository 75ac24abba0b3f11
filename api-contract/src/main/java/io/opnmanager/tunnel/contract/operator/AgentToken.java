package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * A new credential for an enrolled agent; the old one is dead from now on.
 *
 * @param firewallId the firewall
 * @param agentToken 256 random bits, shown once
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AgentToken(long firewallId, String agentToken) {
    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "AgentToken[firewallId=" + firewallId + "]";
    }
}
