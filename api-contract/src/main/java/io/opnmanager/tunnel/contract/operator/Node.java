package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One broker among several.
 *
 * @param name its name
 * @param sshHost where agents open tunnels to
 * @param sshPort its port
 * @param version version of the broker
 * @param startedAt when it started
 * @param lastSeen its last sign
 * @param draining whether it takes no new requests
 * @param liveTunnels live requests on it
 * @param sessionUrl origin of the hosts of its sessions, with {@code *} for the part that is each
 *     session's own
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Node(
        String name,
        String sshHost,
        int sshPort,
        String version,
        Instant startedAt,
        Instant lastSeen,
        boolean draining,
        int liveTunnels,
        @Nullable String sessionUrl) {}
