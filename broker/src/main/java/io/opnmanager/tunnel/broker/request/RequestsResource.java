package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.EndReason;
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
 * The operator's side of requests. An operator sees and closes the own ones, an administrator all.
 */
@RolesAllowed({"administrator", "operator"})
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
            @Nullable String status, @Nullable Long firewallId, int page, int size) {
        return pages.page(asking.operator(), RequestPages.status(status), firewallId, page, size);
    }

    @Override
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
        return Response.accepted(opened.row().view())
                .location(URI.create("/api/v1/requests/" + opened.row().id()))
                .build();
    }

    @Override
    @RunOnVirtualThread
    public TunnelRequest one(long id) {
        return own(id).view();
    }

    @Override
    @RunOnVirtualThread
    public void close(long id) {
        RequestRow row = own(id);
        requests.end(row.id(), EndReason.CLOSED, asking.operator(), null);
    }

    /** Blocks until the row is read; from then on a listener holds no thread. */
    @Override
    @Blocking
    @RunOnVirtualThread
    public Multi<TunnelRequest> events(long id) {
        return events.ofOne(own(id), requests::one);
    }

    @Override
    @NonBlocking
    public Multi<TunnelRequest> allEvents() {
        Caller.Operator who = asking.operator();
        return events.ofAll(row -> Asking.isOf(row, who));
    }

    private RequestRow own(long id) {
        RequestRow row = requests.one(id);
        asking.requireOwn(row);
        return row;
    }
}
