package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.EntriesApi;
import io.opnmanager.tunnel.contract.operator.EntryAsk;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/** Tickets for the console, or another front-end, in the name of the operator who asked. */
@RolesAllowed({"administrator", "operator"})
@RunOnVirtualThread
class EntriesResource implements EntriesApi {

    private final Entries entries;
    private final CurrentCaller caller;

    EntriesResource(Entries entries, CurrentCaller caller) {
        this.entries = entries;
        this.caller = caller;
    }

    @Override
    public Response make(long id, EntryAsk ask) {
        return Response.status(Response.Status.CREATED)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(entries.make(caller.operator(), id, ask.challenge()))
                .build();
    }
}
