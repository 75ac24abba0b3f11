package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.OperatorRights;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Role;
import io.opnmanager.tunnel.contract.operator.SharedWith;
import io.opnmanager.tunnel.contract.operator.SharingApi;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets other operators use a request; who asked for it, or an administrator, says who. */
@RolesAllowed({"administrator", "operator"})
@RunOnVirtualThread
class SharingResource implements SharingApi {

    private final Requests requests;
    private final Asking asking;
    private final OperatorRights rights;
    private final OpeningTerms terms;

    SharingResource(Requests requests, Asking asking, OperatorRights rights, OpeningTerms terms) {
        this.terms = terms;
        this.requests = requests;
        this.asking = asking;
        this.rights = rights;
    }

    @Override
    public TunnelRequest share(long id, SharedWith with) {
        RequestRow row = requests.one(id);
        asking.requireOwn(row);
        Set<String> names = new LinkedHashSet<>(with.operators());
        if (!names.isEmpty()) {
            terms.requireNoApproval(row.firewallTags());
        }
        for (String name : names) {
            if (!mayShare(rights.of(name), row)) {
                throw new Problem(
                        ProblemCode.INVALID_FIELD,
                        "operators: wanted operators or administrators within whose reach firewall %d is, found %s"
                                .formatted(row.firewallId(), name));
            }
        }
        return asking.view(requests.share(id, names, asking.operator()));
    }

    private static boolean mayShare(Caller.@Nullable Operator with, RequestRow row) {
        return with != null
                && with.role() != Role.VIEWER
                && with.reach().includes(row.firewallTags());
    }
}
