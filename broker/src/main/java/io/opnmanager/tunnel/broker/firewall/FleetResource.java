package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.contract.operator.Firewall;
import io.opnmanager.tunnel.contract.operator.FirewallPage;
import io.opnmanager.tunnel.contract.operator.FleetApi;
import io.opnmanager.tunnel.contract.operator.PageQuery;
import io.opnmanager.tunnel.contract.operator.Tags;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import org.jspecify.annotations.Nullable;

/** All firewalls together, for every operator, within the reach of each. */
@RolesAllowed({"administrator", "operator", "viewer"})
class FleetResource implements FleetApi {

    private final Fleet fleet;
    private final FleetEvents events;
    private final Sight sight;
    private final CurrentCaller current;

    FleetResource(Fleet fleet, FleetEvents events, Sight sight, CurrentCaller current) {
        this.fleet = fleet;
        this.events = events;
        this.sight = sight;
        this.current = current;
    }

    @Override
    @RunOnVirtualThread
    public FirewallPage list(
            @Nullable String query,
            @Nullable String tag,
            @Nullable Boolean online,
            @Nullable String kind,
            String sort,
            PageQuery part) {
        Reach reach = current.operator().reach();
        Fleet.Page found =
                fleet.page(
                        reach,
                        new Fleet.Wanted(query, tag, online, kind),
                        sort,
                        part.page(),
                        part.size());
        return new FirewallPage(
                found.rows().stream().map(sight::of).toList(),
                part.page(),
                part.size(),
                found.total());
    }

    @Override
    @RunOnVirtualThread
    public Tags tags() {
        return new Tags(fleet.tags(current.operator().reach()));
    }

    @Override
    @NonBlocking
    public Multi<Firewall> events() {
        return events.of(current.operator());
    }
}
