package io.opnmanager.tunnel.broker.audit;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.CurrentCaller;
import io.opnmanager.tunnel.contract.operator.AuditQuery;
import io.opnmanager.tunnel.contract.operator.AuditTrailApi;
import io.opnmanager.tunnel.contract.operator.AuditVerdict;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import org.jspecify.annotations.Nullable;

/** The audit as a whole, for administrators. */
@RolesAllowed("administrator")
@RunOnVirtualThread
class AuditTrailResource implements AuditTrailApi {

    private final AuditExport export;
    private final Verification verification;
    private final Audit audit;
    private final CurrentCaller current;

    AuditTrailResource(
            AuditExport export, Verification verification, Audit audit, CurrentCaller current) {
        this.export = export;
        this.verification = verification;
        this.audit = audit;
        this.current = current;
    }

    @Override
    public Response export(String format, AuditQuery wanted) {
        Caller.Operator who = current.operator();
        AuditResource.requireAllFirewalls(who);
        AuditSearch search = new AuditSearch(wanted);
        audit.record(
                who, "audit.export", null, Audit.DONE, (format + " " + search.inWords()).strip());
        boolean csv = format.equals("csv");
        StreamingOutput body =
                to -> {
                    if (csv) {
                        export.csv(search, to);
                    } else {
                        export.json(search, to);
                    }
                };
        return Response.ok(body, csv ? "text/csv;charset=UTF-8" : MediaType.APPLICATION_JSON)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"audit." + format + "\"")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    @Override
    public AuditVerdict verify(@Nullable Long number, @Nullable String head) {
        AuditResource.requireAllFirewalls(current.operator());
        return verification.verify(number, head);
    }
}
