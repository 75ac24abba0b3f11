package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who did what, which, from where and with what result; for administrators. */
@Path("/api/v1/audit")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "audit",
        description = "Who did what, which, from where and with what result; for administrators.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface AuditApi {

    @GET
    @Operation(summary = "Search the audit, newest first")
    @APIResponse(responseCode = "200", description = "One page.")
    AuditPage list(@BeanParam @Valid AuditQuery wanted, @BeanParam @Valid PageQuery part);
}
