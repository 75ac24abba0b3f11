package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

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
    AuditPage list(
            @QueryParam("actor") @Nullable @Size(max = 110) String actor,
            @QueryParam("action") @Nullable @Size(max = 64) String action,
            @QueryParam("subject") @Nullable @Size(max = 110) String subject,
            @QueryParam("result")
                    @Nullable
                    @Size(max = 64)
                    @Parameter(description = "done, or the code of a refusal.")
                    String result,
            @QueryParam("from")
                    @Nullable
                    @Parameter(description = "Not before this time: UTC ISO-8601.")
                    Instant from,
            @QueryParam("until")
                    @Nullable
                    @Parameter(description = "Before this time: UTC ISO-8601.")
                    Instant until,
            @QueryParam("text")
                    @Nullable
                    @Size(max = 100)
                    @Parameter(description = "Part of the actor, subject, address or detail.")
                    String text,
            @QueryParam("page")
                    @DefaultValue("0")
                    @Min(0)
                    @Max(1_000_000)
                    @Parameter(description = "From 0.")
                    int page,
            @QueryParam("size")
                    @DefaultValue("50")
                    @Min(1)
                    @Max(500)
                    @Parameter(description = "1 to 500.")
                    int size);
}
