package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Makes a bearer token for the calling operator.
 *
 * @param name what it is for, unique per operator
 * @param lifetime seconds until it ends, at most a year; absent is 90 days
 * @param role the most it may do, at most the operator's own role; absent is whatever the
 *     operator's role is
 * @param tags only firewalls with at least one of these, up to 20; none is the operator's reach
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TokenAsk(
        @NotBlank @Size(max = 100) String name,
        @Nullable @Min(60) @Max(31_536_000) @Schema(description = "Seconds.") Long lifetime,
        @Nullable Role role,
        @Nullable @Size(max = 20)
                List<@NotBlank @Size(max = 50) @Pattern(regexp = "[A-Za-z0-9._:-]+") String>
                        tags) {}
