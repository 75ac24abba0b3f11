package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.operator.LifetimeAsk;
import io.opnmanager.tunnel.contract.operator.PageQuery;
import io.opnmanager.tunnel.contract.operator.RequestTerms;
import io.opnmanager.tunnel.contract.operator.RequestsApi;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.contract.operator.TunnelRequestPage;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The operator's side of requests. An operator sees and closes the own ones, an administrator all,
 * a viewer sees all and closes none; each within reach.
 */
@RolesAllowed({"administrator", "operator", "viewer"})
class RequestsResource implements RequestsApi {

    private final Requests requests;
    private final RequestPages pages;
    private final Opening opening;
    private final RequestEvents events;
    private final Asking asking;

    RequestsResource(
            Requests requests,
            RequestPages pages,
            Opening opening,
            RequestEvents events,
            Asking asking) {
        this.requests = requests;
        this.pages = pages;
        this.opening = opening;
        this.events = events;
        this.asking = asking;
    }

    @Override
    @RunOnVirtualThread
    public TunnelRequestPage list(
            @Nullable String status,
            @Nullable Boolean live,
            @Nullable Long firewallId,
            @Nullable String requestedBy,
            PageQuery part) {
        RequestPages.Wanted wanted =
                new RequestPages.Wanted(RequestPages.status(status), live, firewallId, requestedBy);
        return pages.page(asking.operator(), wanted, part.page(), part.size());
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    @RunOnVirtualThread
    public Response open(@Nullable String idempotencyKey, TunnelAsk ask) {
        Caller.Operator who = asking.operator();
        FirewallRow firewall = asking.firewall(ask.firewallId());
        Target target =
                Target.parse(Objects.requireNonNullElse(ask.target(), firewall.webTarget()));
        Opening.Opened opened = opening.open(who, firewall, target, ask, idempotencyKey);
        if (opened.made()) {
            requests.opened(opened.row());
        }
        return Response.accepted(asking.view(opened.row()))
                .location(URI.create("/api/v1/requests/" + opened.row().id()))
                .build();
    }

    @Override
    @RunOnVirtualThread
    public TunnelRequest one(long id) {
        return asking.view(seen(id));
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    @RunOnVirtualThread
    public void close(long id) {
        RequestRow row = own(id);
        requests.end(row.id(), EndReason.CLOSED, asking.operator(), null);
    }

    @Override
    @RolesAllowed({"administrator", "operator"})
    @RunOnVirtualThread
    public TunnelRequest changeLifetime(long id, LifetimeAsk ask) {
        RequestRow row = own(id);
        long lifetime = opening.terms().lifetime(ask.lifetime());
        return asking.view(requests.changeLifetime(row.id(), lifetime, asking.operator()));
    }

    @Override
    @NonBlocking
    public RequestTerms terms() {
        return opening.terms().shown();
    }

    /** Blocks until the row is read; from then on a listener holds no thread. */
    @Override
    @Blocking
    @RunOnVirtualThread
    public Multi<TunnelRequest> events(long id) {
        return events.ofOne(asking.operator(), seen(id), requests::one);
    }

    @Override
    @NonBlocking
    public Multi<TunnelRequest> allEvents() {
        return events.ofAll(asking.operator());
    }

    private RequestRow seen(long id) {
        RequestRow row = requests.one(id);
        asking.requireSeen(row);
        return row;
    }

    private RequestRow own(long id) {
        RequestRow row = requests.one(id);
        asking.requireOwn(row);
        return row;
    }
}
