package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An agent's check-in.
 *
 * @param firewallId the caller's own firewall
 * @param agentVersion version of the agent
 * @param hostname what the box calls itself, when the agent cares to say
 * @param platform operating system and architecture, when the agent cares to say
 * @param webTarget where the firewall's own page is, when the agent cares to say
 * @param tunnels every tunnel that the agent holds now
 * @param update how it stands with updates of itself, when the agent knows of such
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Checkin(
        @NotNull Long firewallId,
        @Nullable @Size(max = 64) String agentVersion,
        @Nullable @Size(max = 255) String hostname,
        @Nullable @Size(max = 128) String platform,
        @Nullable @Size(max = 255) String webTarget,
        @Nullable @Size(max = 1000) List<@NotNull @Valid HeldTunnel> tunnels,
        @Nullable @Valid UpdateReport update) {

    /**
     * A tunnel that the agent holds.
     *
     * @param requestId the request it serves
     * @param tunnelPid the process that holds it
     * @param tunnelPort the broker's port
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record HeldTunnel(
            @NotNull Long requestId, @Nullable Long tunnelPid, @Nullable Integer tunnelPort) {}
}
