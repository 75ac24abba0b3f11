package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request: one row of the request queue.
 *
 * @param id its number
 * @param firewallId the firewall
 * @param firewallName its name
 * @param target what is reached: {@code scheme://host:port}, seen from the agent
 * @param status where it is in its life
 * @param endReason why it ended
 * @param detail what happened, for a person
 * @param node the node that holds its line
 * @param tunnelPort port on 127.0.0.1 of that node
 * @param tunnelPid process on the firewall, as its agent says
 * @param requestedBy the operator
 * @param reason why it was asked for
 * @param createdAt when it was asked for
 * @param deadline it is up by then or ends as timeout
 * @param handedOutAt when its agent was told to open it
 * @param tunnelStartedAt when it became active
 * @param lastHeartbeat when its holder last said that it is wanted
 * @param lastActivity when a byte last went through that was not the broker's own probe
 * @param idleEndsAt when it ends as idle unless a byte goes through; only while it is active
 * @param expiresAt when its lifetime is over
 * @param endedAt when it ended
 * @param killConfirmedAt when the agent confirmed that nothing is left, or nothing had been handed
 *     to it
 * @param bytesIn bytes from the firewall
 * @param bytesOut bytes to the firewall
 * @param byteLimit both together at most this
 * @param certificateSha256 the certificate that the target showed
 * @param sessionUrl origin of the session's own host, where the page is; only while it is active
 *     and only for the operator who asked
 * @param streamAddress {@code host:port} of the gateway for programs, whose host is the TLS server
 *     name as well; only while it is active, only when its node has a gateway, and only for the
 *     operator who asked and those whom it is shared with
 * @param sharedWith other operators who may use it through the gateway
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TunnelRequest(
        long id,
        long firewallId,
        String firewallName,
        String target,
        Status status,
        @Nullable EndReason endReason,
        @Nullable String detail,
        String node,
        int tunnelPort,
        @Nullable Long tunnelPid,
        String requestedBy,
        @Nullable String reason,
        Instant createdAt,
        Instant deadline,
        @Nullable Instant handedOutAt,
        @Nullable Instant tunnelStartedAt,
        @Nullable Instant lastHeartbeat,
        @Nullable Instant lastActivity,
        @Nullable Instant idleEndsAt,
        @Nullable Instant expiresAt,
        @Nullable Instant endedAt,
        @Nullable Instant killConfirmedAt,
        long bytesIn,
        long bytesOut,
        @Nullable Long byteLimit,
        @Nullable String certificateSha256,
        @Nullable String sessionUrl,
        @Nullable String streamAddress,
        List<String> sharedWith) {}
