package io.opnmanager.tunnel.broker.release;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.FirewallUpdatePage;
import io.opnmanager.tunnel.contract.operator.PageQuery;
import io.opnmanager.tunnel.contract.operator.Rollout;
import io.opnmanager.tunnel.contract.operator.RolloutApi;
import io.opnmanager.tunnel.contract.operator.RolloutAsk;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import org.jspecify.annotations.Nullable;

/** The rollout: everyone sees it, administrators of all firewalls change it. */
@RolesAllowed({"administrator", "operator", "viewer"})
@RunOnVirtualThread
class RolloutResource implements RolloutApi {

    private final Rollouts rollouts;
    private final FirewallUpdates updates;
    private final CurrentCaller current;

    RolloutResource(Rollouts rollouts, FirewallUpdates updates, CurrentCaller current) {
        this.rollouts = rollouts;
        this.updates = updates;
        this.current = current;
    }

    @Override
    public Rollout now() {
        return rollouts.now(current.operator().reach());
    }

    @Override
    @RolesAllowed("administrator")
    public Rollout change(RolloutAsk ask) {
        return rollouts.change(current.operator(), ask);
    }

    @Override
    public FirewallUpdatePage firewalls(@Nullable String state, PageQuery part) {
        return updates.page(current.operator().reach(), state, part);
    }
}
