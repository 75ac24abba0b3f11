package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code request_queue} as it was read.
 *
 * @param view what operators may see of it
 * @param handedOutAt when an agent was first told to open it
 * @param reportedAt when the agent first said that it is open
 * @param movedAt when it was made or last changed its state
 * @param accessHost the random first label of the session's own host
 * @param firewallTags which words its firewall carries at this moment: what reach is about
 * @param sshPublicKey the key that the firewall's agent authenticates with, while it is enrolled
 */
public record RequestRow(
        TunnelRequest view,
        @Nullable Instant handedOutAt,
        @Nullable Instant reportedAt,
        Instant movedAt,
        @Nullable String accessHost,
        List<String> firewallTags,
        @Nullable String sshPublicKey) {

    public long id() {
        return view.id();
    }

    public long firewallId() {
        return view.firewallId();
    }

    public Status status() {
        return view.status();
    }

    /** Whether it is pending or active. */
    public boolean isLive() {
        return switch (view.status()) {
            case PENDING, ACTIVE -> true;
            case DISCONNECTED, TIMEOUT, EXPIRED -> false;
        };
    }
}
