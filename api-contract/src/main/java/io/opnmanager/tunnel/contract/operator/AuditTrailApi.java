package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The audit as a whole: taken away as a file, and checked against its seals. */
@Path("/api/v1/audit")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "audit")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface AuditTrailApi {

    @GET
    @Path("/export")
    @Produces({"text/csv", MediaType.APPLICATION_JSON})
    @Operation(
            summary = "Every entry that a search finds, oldest first",
            description =
                    "As CSV (RFC 4180, UTF-8, one header line) or as one JSON array. A cell that a spreadsheet would run as a formula"
                            + " begins with an apostrophe.")
    @APIResponse(
            responseCode = "200",
            description = "The entries.",
            content = {
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class)),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = AuditEntry[].class))
            })
    Response export(
            @QueryParam("format")
                    @DefaultValue("csv")
                    @Pattern(regexp = "csv|json")
                    @Parameter(description = "csv or json.")
                    String format,
            @BeanParam @Valid AuditQuery wanted);

    @GET
    @Path("/verify")
    @Operation(
            summary = "Compare the audit with its seals",
            description =
                    "Reads all of it. With number and head, as an earlier answer gave them, also whether that seal is still there.")
    @APIResponse(responseCode = "200", description = "The verdict.")
    @APIResponse(
            responseCode = "429",
            description = "too_many_requests: this node verifies already.")
    AuditVerdict verify(
            @QueryParam("number")
                    @Nullable
                    @Min(0)
                    @Parameter(description = "The number of a seal noted earlier.")
                    Long number,
            @QueryParam("head")
                    @Nullable
                    @Pattern(regexp = "[0-9a-f]{64}")
                    @Parameter(description = "That seal: 64 hexadecimal digits.")
                    String head);
}
