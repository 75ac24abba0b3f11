package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A firewall that the broker knows.
 *
 * @param id its number; its SSH user is {@code fw-<id>}
 * @param name what operators call it, unique
 * @param tags words to find and group it by
 * @param kind what kind of box it is. A firewall that is {@code generic} becomes what its agent
 *     says when the platform that the agent tells, for the first time or anew, names OPNsense or
 *     pfSense
 * @param webTarget scheme, host and port of its own page, seen from its agent
 * @param enrolled whether it holds a credential
 * @param online whether its agent was heard of within three check intervals
 * @param liveRequests how many requests of it are pending or active, whoever asked
 * @param hostname what the box calls itself; text, never markup
 * @param platform operating system and architecture, as the agent says
 * @param agentVersion version of its agent
 * @param sshKeyFingerprint SHA-256 fingerprint of its SSH key
 * @param lastSeen when its agent was last heard of
 * @param enrolledAt when it got its credential
 * @param createdAt when it was made
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Firewall(
        long id,
        String name,
        List<String> tags,
        FirewallKind kind,
        String webTarget,
        boolean enrolled,
        boolean online,
        int liveRequests,
        @Nullable String hostname,
        @Nullable String platform,
        @Nullable String agentVersion,
        @Nullable String sshKeyFingerprint,
        @Nullable Instant lastSeen,
        @Nullable Instant enrolledAt,
        Instant createdAt) {}
