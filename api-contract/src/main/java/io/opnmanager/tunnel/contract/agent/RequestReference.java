package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotNull;

/**
 * Names one request.
 *
 * @param requestId the request
 */
@JsonNaming(SnakeCaseStrategy.class)
public record RequestReference(@NotNull Long requestId) {}
