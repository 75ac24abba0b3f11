package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether anything waits for this agent.
 *
 * @param firewallId the caller's own firewall; a number or a string of digits
 * @param waitSeconds seconds to hold the answer, 0 to 15; absent is 0
 */
@JsonNaming(SnakeCaseStrategy.class)
public record QuickconnectCheck(
        @NotNull Long firewallId,
        @Nullable
                @JsonProperty("wait")
                @Min(0)
                @Max(15)
                @Schema(description = "Seconds to hold the answer.")
                Integer waitSeconds) {}
