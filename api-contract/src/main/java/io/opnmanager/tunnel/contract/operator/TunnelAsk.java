package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Asks for a tunnel.
 *
 * @param firewallId the firewall; a number or a string of digits
 * @param target {@code scheme://host:port} with scheme https, http, ssh or tcp, or {@code
 *     host:port} for tcp; absent is the firewall's own page
 * @param reason why, for the audit; the broker may be set to want one
 * @param lifetime seconds, at most the broker's maximum; absent is its default
 * @param byteLimit bytes in both directions together; absent is unlimited
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TunnelAsk(
        @NotNull Long firewallId,
        @Nullable @Size(max = 255) String target,
        @Nullable @Size(max = 500) String reason,
        @Nullable @Min(1) @Schema(description = "Seconds.") Long lifetime,
        @Nullable @Min(1) @Schema(description = "Bytes, both directions together.")
                Long byteLimit) {}
