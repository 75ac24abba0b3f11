package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.contract.operator.FirewallKind;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code firewall}.
 *
 * @param id its number
 * @param name what operators call it
 * @param tags words to find it by
 * @param kind what kind of box it is
 * @param webTarget its own page, in the one spelling of {@link Target}
 * @param enrolled whether it holds a credential
 * @param sshPublicKey type and key as in {@code authorized_keys}, without comment; null unless
 *     enrolled
 * @param sshKeyFingerprint {@code SHA256:…} of that key; null unless enrolled
 * @param facts what its agent last said
 * @param lastSeen when its agent was last heard of, at most some seconds late
 * @param enrolledAt when it got its credential
 * @param createdAt when it was made
 * @param liveRequests how many of its requests are pending or active
 * @param readAt when it was read, by the clock of its times
 */
public record FirewallRow(
        long id,
        String name,
        List<String> tags,
        FirewallKind kind,
        String webTarget,
        boolean enrolled,
        @Nullable String sshPublicKey,
        @Nullable String sshKeyFingerprint,
        Facts facts,
        @Nullable Instant lastSeen,
        @Nullable Instant enrolledAt,
        Instant createdAt,
        int liveRequests,
        Instant readAt) {

    /**
     * What an agent says of its box; shown, never trusted.
     *
     * @param hostname what the box calls itself
     * @param platform operating system and architecture
     * @param agentVersion version of its agent
     */
    public record Facts(
            @Nullable String hostname, @Nullable String platform, @Nullable String agentVersion) {}
}
