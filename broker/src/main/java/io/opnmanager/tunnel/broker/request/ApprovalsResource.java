package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.firewall.FirewallRow;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.contract.operator.Approval;
import io.opnmanager.tunnel.contract.operator.ApprovalAsk;
import io.opnmanager.tunnel.contract.operator.ApprovalDecision;
import io.opnmanager.tunnel.contract.operator.ApprovalPage;
import io.opnmanager.tunnel.contract.operator.ApprovalsApi;
import io.opnmanager.tunnel.contract.operator.PageQuery;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Approvals, for whoever may connect; each within reach. */
@RolesAllowed({"administrator", "operator"})
class ApprovalsResource implements ApprovalsApi {

    private final Approvals approvals;
    private final ApprovalEvents events;
    private final Asking asking;

    ApprovalsResource(Approvals approvals, ApprovalEvents events, Asking asking) {
        this.approvals = approvals;
        this.events = events;
        this.asking = asking;
    }

    @Override
    @RunOnVirtualThread
    public ApprovalPage list(@Nullable String status, PageQuery part) {
        return events.page(asking.operator(), status, part.page(), part.size());
    }

    @Override
    @RunOnVirtualThread
    public Response ask(ApprovalAsk ask) {
        FirewallRow firewall = asking.firewall(ask.firewallId());
        Target target =
                Target.parse(Objects.requireNonNullElse(ask.target(), firewall.webTarget()));
        Approvals.Asked asked = approvals.ask(asking.operator(), firewall, target, ask.reason());
        Approval approval = asked.row().view();
        return Response.status(asked.made() ? Response.Status.CREATED : Response.Status.OK)
                .header(HttpHeaders.LOCATION, "/api/v1/approvals/" + approval.id())
                .entity(approval)
                .build();
    }

    @Override
    @RunOnVirtualThread
    public Approval one(long id) {
        return seen(id).view();
    }

    @Override
    @RunOnVirtualThread
    public Approval decide(long id, ApprovalDecision decision) {
        return approvals.decide(asking.operator(), seen(id), decision.granted()).view();
    }

    @Override
    @NonBlocking
    public Multi<Approval> events() {
        return events.of(asking.operator());
    }

    private ApprovalTable.Row seen(long id) {
        ApprovalTable.Row row = approvals.one(id);
        asking.requireSeen(row);
        return row;
    }
}
