package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * Whether anything waits.
 *
 * @param firewallId the caller's firewall
 * @param hasRequests true when there is a request to open or a tunnel to kill
 */
@JsonNaming(SnakeCaseStrategy.class)
public record QuickconnectCheckAnswer(long firewallId, boolean hasRequests) {}
