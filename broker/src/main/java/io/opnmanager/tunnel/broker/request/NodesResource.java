package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.contract.operator.Nodes;
import io.opnmanager.tunnel.contract.operator.NodesApi;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;

/**
 * The nodes with their live requests; here and not in {@code cluster}, because only this room knows
 * requests.
 */
@RunOnVirtualThread
@RolesAllowed({"administrator", "operator", "viewer"})
class NodesResource implements NodesApi {

    private final RequestPages pages;

    NodesResource(RequestPages pages) {
        this.pages = pages;
    }

    @Override
    public Nodes list() {
        return pages.nodes();
    }
}
