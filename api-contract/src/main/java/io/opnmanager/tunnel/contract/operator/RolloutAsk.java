package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How a rollout shall go on.
 *
 * @param percentage of all firewalls, 0 to 100; 0 is off
 * @param halted whether nobody is offered anything for now
 * @param version which release the caller means; refused when another one is there by now
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
        @NotNull @Schema(description = "Nobody is offered anything for now.") Boolean halted,
        @Nullable
                @Size(max = 64)
                @Schema(
                        description =
                                "Which release the caller means; refused when another one is there by now.")
                String version) {}
