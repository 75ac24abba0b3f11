package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.opnmanager.tunnel.contract.UpdateState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How it stands with updates of one firewall's agent.
 *
 * @param firewallId the firewall
 * @param name what operators call it
 * @param agentVersion what its agent runs, as it says
 * @param enabled whether the owner of the firewall lets it update itself
 * @param state how far it is with the last version that it tried; text of an agent, like the next
 *     two
 * @param version which that is
 * @param detail why it went back or was refused
 * @param offeredVersion what it was offered last
 * @param offeredAt when
 * @param reportedAt when state, version or detail last changed
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FirewallUpdate(
        long firewallId,
        String name,
        @Nullable String agentVersion,
        boolean enabled,
        UpdateState state,
        @Nullable String version,
        @Nullable String detail,
        @Nullable String offeredVersion,
        @Nullable Instant offeredAt,
        @Nullable Instant reportedAt) {}
