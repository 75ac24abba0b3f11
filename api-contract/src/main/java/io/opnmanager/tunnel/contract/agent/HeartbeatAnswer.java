package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * Whether to go on.
 *
 * @param keepAlive false once the request has ended
 */
@JsonNaming(SnakeCaseStrategy.class)
public record HeartbeatAnswer(boolean keepAlive) {}
