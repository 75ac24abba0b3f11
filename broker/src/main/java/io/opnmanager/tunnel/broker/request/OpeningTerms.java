package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.RequestTerms;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** What an ask has to bring along, and what it gets when it names nothing of its own. */
@ApplicationScoped
class OpeningTerms {

    private final RequestSettings settings;
    private final Approvals approvals;

    OpeningTerms(RequestSettings settings, Approvals approvals) {
        this.settings = settings;
        this.approvals = approvals;
    }

    /** As operators are told. */
    RequestTerms shown() {
        return new RequestTerms(
                settings.establish().toSeconds(),
                settings.lifetime().toSeconds(),
                settings.lifetimeMaximum().toSeconds(),
                settings.idle().toSeconds(),
                settings.windowGone().toSeconds(),
                settings.heartbeat().toSeconds(),
                settings.heartbeatMissed().toSeconds(),
                settings.byteLimit().map(MemorySize::asLongValue).orElse(null),
                settings.connections(),
                settings.reasonRequired(),
                approvalTags());
    }

    long establishMicros() {
        return settings.establish().toMillis() * 1000;
    }

    /**
     * The seconds that a request gets.
     *
     * @param asked null for the default
     * @throws Problem {@code invalid_field} beyond the maximum
     */
    long lifetime(@Nullable Long asked) {
        long longest = settings.lifetimeMaximum().toSeconds();
        long lifetime = Objects.requireNonNullElse(asked, settings.lifetime().toSeconds());
        if (lifetime > longest) {
            throw new Problem(
                    ProblemCode.INVALID_FIELD,
                    "lifetime: wanted at most %d seconds, found %d".formatted(longest, lifetime));
        }
        return lifetime;
    }

    /** The bytes that a request gets; null is unlimited. */
    @Nullable Long byteLimit(TunnelAsk ask) {
        return ask.byteLimit() != null
                ? ask.byteLimit()
                : settings.byteLimit().map(MemorySize::asLongValue).orElse(null);
    }

    /**
     * Wants a reason where one has to be given.
     *
     * @throws Problem {@code reason_required}
     */
    void requireReason(TunnelAsk ask) {
        if (settings.reasonRequired() && (ask.reason() == null || ask.reason().isBlank())) {
            throw new Problem(
                    ProblemCode.REASON_REQUIRED, "reason: wanted to know why, found nothing");
        }
    }

    /**
     * Uses up the approval that a request needs, in the transaction that makes the request: one
     * approval is never good for two.
     *
     * @throws Problem {@code approval_required}
     */
    void useApproval(
            Handle handle, Caller.Operator who, FirewallRow firewall, Target target, long request) {
        if (Collections.disjoint(approvalTags(), firewall.tags())) {
            return;
        }
        if (!approvals.use(handle, who, firewall.id(), target, request)) {
            throw new Problem(
                    ProblemCode.APPROVAL_REQUIRED,
                    "wanted an approval of another operator for firewall %d and %s, found none that is granted"
                            .formatted(firewall.id(), target));
        }
    }

    /**
     * An approval is for the operator who asked: whom a session would be shared with, would come in
     * without one.
     *
     * @throws Problem {@code approval_required}
     */
    void requireNoApproval(List<String> firewallTags) {
        if (!Collections.disjoint(approvalTags(), firewallTags)) {
            throw new Problem(
                    ProblemCode.APPROVAL_REQUIRED,
                    "wanted a firewall that needs no approval, found one that does: each operator has to ask for a session");
        }
    }

    private List<String> approvalTags() {
        return settings.approvalTags().orElse(List.of());
    }
}
