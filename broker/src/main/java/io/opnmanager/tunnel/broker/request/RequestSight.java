package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A request as one operator sees it: its row, and what follows from it by this node's keys. */
@ApplicationScoped
class RequestSight {

    private final RequestSettings settings;

    RequestSight(RequestSettings settings) {
        this.settings = settings;
    }

    /** Every answer and event to an operator goes through here. */
    TunnelRequest of(RequestRow row, Caller.Operator who) {
        TunnelRequest view = row.view();
        boolean active = view.status() == Status.ACTIVE;
        String sessionUrl =
                active && view.requestedBy().equals(who.name()) ? view.sessionUrl() : null;
        String streamAddress = active && Asking.mayUse(who, row) ? view.streamAddress() : null;
        return new TunnelRequest(
                view.id(),
                view.firewallId(),
                view.firewallName(),
                view.target(),
                view.status(),
                view.endReason(),
                view.detail(),
                view.node(),
                view.tunnelPort(),
                view.tunnelPid(),
                view.requestedBy(),
                view.reason(),
                view.createdAt(),
                view.deadline(),
                view.handedOutAt(),
                view.tunnelStartedAt(),
                view.lastHeartbeat(),
                view.lastActivity(),
                active ? idleEndsAt(view.lastActivity()) : null,
                view.expiresAt(),
                view.endedAt(),
                view.killConfirmedAt(),
                view.bytesIn(),
                view.bytesOut(),
                view.byteLimit(),
                view.certificateSha256(),
                sessionUrl,
                streamAddress,
                view.sharedWith());
    }

    private @Nullable Instant idleEndsAt(@Nullable Instant lastActivity) {
        return lastActivity == null ? null : lastActivity.plus(settings.idle());
    }
}
