package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** People who may use the broker; for administrators. */
@Path("/api/v1/operators")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "operators", description = "People who may use the broker; for administrators.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface OperatorsApi {

    @GET
    @Operation(summary = "List operators by name")
    @APIResponse(responseCode = "200", description = "All operators.")
    Operators list();

    @POST
    @Operation(summary = "Make an operator")
    @APIResponse(
            responseCode = "201",
            description = "Made.",
            content = @Content(schema = @Schema(implementation = Operator.class)))
    @APIResponse(responseCode = "409", description = "operator_exists.")
    Response create(@NotNull @Valid OperatorAsk ask);

    @DELETE
    @Path("/{name}")
    @Operation(
            summary = "Remove an operator",
            description = "Their tokens die and their live requests are closed.")
    @APIResponse(responseCode = "204", description = "Removed.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    @APIResponse(responseCode = "409", description = "last_administrator.")
    void remove(@PathParam("name") String name);
}
