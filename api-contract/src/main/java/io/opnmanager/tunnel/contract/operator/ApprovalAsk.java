package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Asks another operator for leave to connect.
 *
 * @param firewallId the firewall; a number or a string of digits
 * @param target as in a request; absent is the firewall's own page
 * @param reason why, for whoever decides
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ApprovalAsk(
        @NotNull Long firewallId,
        @Nullable @Size(max = 255) String target,
        @NotBlank @Size(max = 500) String reason) {}
