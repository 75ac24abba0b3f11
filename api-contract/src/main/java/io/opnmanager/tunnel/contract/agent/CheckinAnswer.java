package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.opnmanager.tunnel.contract.EndReason;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the agent has to do now, computed from the rows.
 *
 * @param pendingRequests tunnels to open
 * @param kill tunnels to end; handed out until {@code tunnel_status} confirms it
 * @param serverTime the broker's clock
 * @param checkinInterval seconds until the next check-in that nobody triggers
 * @param sshHostKeys the host keys to accept from now on, instead of those of before; one line each
 *     as in {@code known_hosts} without the host
 * @param update the version that the agent shall replace itself with; absent when there is none
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CheckinAnswer(
        List<PendingRequest> pendingRequests,
        List<Kill> kill,
        Instant serverTime,
        @Schema(description = "Seconds.") int checkinInterval,
        @Schema(
                        description =
                                "The SSH host keys to accept from now on, instead of those of before. More than one while a key is being replaced.")
                List<String> sshHostKeys,
        @Nullable @JsonInclude(JsonInclude.Include.NON_NULL) OfferedUpdate update) {

    /**
     * A version to update to; what it consists of is in the signed list of the release.
     *
     * @param version a version number, nothing else
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record OfferedUpdate(String version) {}

    /**
     * A tunnel to open.
     *
     * @param requestId the request
     * @param tunnelPort the port to ask the broker for
     * @param targetHost what to dial on the firewall's side
     * @param targetPort its port
     * @param sshHost where to open it to
     * @param sshPort its port
     * @param deadline after this moment it is too late
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record PendingRequest(
            long requestId,
            int tunnelPort,
            String targetHost,
            int targetPort,
            String sshHost,
            int sshPort,
            Instant deadline) {}

    /**
     * A tunnel to end.
     *
     * @param requestId the request
     * @param tunnelPid the process that the agent reported, when it did
     * @param reason why it ended
     */
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Kill(long requestId, @Nullable Long tunnelPid, EndReason reason) {}
}
