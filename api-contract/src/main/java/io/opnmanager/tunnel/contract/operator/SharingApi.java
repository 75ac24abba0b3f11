package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Who may use a request besides the operator who asked for it. */
@Path("/api/v1/requests/{id}/shared-with")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "requests", description = "Tunnels that operators ask for.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface SharingApi {

    @PUT
    @Operation(
            summary = "Let other operators use a request through the gateway",
            description =
                    "Replaces the list; an empty one shares it with nobody, which cuts the others' connections."
                            + " They see the request with its stream_address and may say that it is wanted"
                            + " (tunnel_heartbeat), but neither close nor change it.")
    @APIResponse(responseCode = "200", description = "The request.")
    @APIResponse(
            responseCode = "400",
            description =
                    "invalid_field: an operator who is unknown, a viewer, or without reach of the firewall.")
    @APIResponse(
            responseCode = "403",
            description =
                    "not_yours; approval_required: its firewall needs an approval, for which each operator has to ask.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    @APIResponse(responseCode = "409", description = "request_ended.")
    TunnelRequest share(@PathParam("id") long id, @NotNull @Valid SharedWith with);
}
