package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How a rollout shall go on.
 *
 * @param percentage of all firewalls, 0 to 100; 0 is off
 * @param halted whether nobody is offered anything for now
 */
@JsonNaming(SnakeCaseStrategy.class)
public record RolloutAsk(
        @NotNull
                @Min(0)
                @Max(100)
                @Schema(
                        description =
                                "Of all firewalls; 0 is off. Each has its place of 0 to 99 in each version.")
                Integer percentage,
        @NotNull @Schema(description = "Nobody is offered anything for now.") Boolean halted) {}
