package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One operator asks, another one decides: leave for one request.
 *
 * @param id its number
 * @param firewallId the firewall
 * @param firewallName its name
 * @param target what is to be reached: {@code scheme://host:port}, seen from the agent
 * @param askedBy the operator who wants to connect
 * @param reason why
 * @param status where it is in its life
 * @param decidedBy the operator who granted or refused it
 * @param requestId the request that was made with it
 * @param createdAt when it was asked for
 * @param expiresAt it has to be decided and used by then
 * @param decidedAt when it was granted or refused
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Approval(
        long id,
        long firewallId,
        String firewallName,
        String target,
        String askedBy,
        String reason,
        ApprovalStatus status,
        @Nullable String decidedBy,
        @Nullable Long requestId,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant decidedAt) {}
