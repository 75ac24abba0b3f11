package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Makes a bearer token for the calling operator.
 *
 * @param name what it is for, unique per operator
 * @param lifetime seconds until it ends, at most a year; absent is 90 days
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenAsk(
        @NotBlank @Size(max = 100) String name,
        @Nullable @Min(60) @Max(31_536_000) @Schema(description = "Seconds.") Long lifetime) {}
