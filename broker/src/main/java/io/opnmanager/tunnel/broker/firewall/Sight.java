package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.contract.operator.Firewall;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A firewall as operators see it: its row, and whether it is there at this moment. */
@ApplicationScoped
class Sight {

    /** One lost check is the network, two are bad luck. */
    private static final int MISSED_CHECKS = 3;

    private final LastSeen lastSeen;
    private final FirewallConfiguration configuration;

    Sight(LastSeen lastSeen, FirewallConfiguration configuration) {
        this.lastSeen = lastSeen;
        this.configuration = configuration;
    }

    /** An agent that is silent for longer is not online. */
    static Duration longestSilence(FirewallConfiguration configuration) {
        return configuration.checkInterval().multipliedBy(MISSED_CHECKS);
    }

    Firewall of(FirewallRow row) {
        Instant now = row.readAt();
        Instant seen = latest(row, now);
        return new Firewall(
                row.id(),
                row.name(),
                row.tags(),
                row.kind(),
                row.webTarget(),
                row.enrolled(),
                row.enrolled() && seen != null && isRecent(Duration.between(seen, now)),
                row.liveRequests(),
                row.facts().hostname(),
                row.facts().platform(),
                row.facts().agentVersion(),
                row.sshKeyFingerprint(),
                seen,
                row.enrolledAt(),
                row.createdAt());
    }

    /** The later of what this node heard and what stands in the row, where other nodes write. */
    private @Nullable Instant latest(FirewallRow row, Instant now) {
        Duration ago = lastSeen.ago(row.id());
        Instant written = row.lastSeen();
        if (ago == null) {
            return written;
        }
        Instant heard = now.minus(ago);
        return written != null && written.isAfter(heard) ? written : heard;
    }

    private boolean isRecent(Duration silence) {
        return silence.compareTo(longestSilence(configuration)) <= 0;
    }
}
