package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How an agent comes onto a firewall, and how it stands with its updates. */
@Path("/api/v1/firewalls/{id}")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "firewalls")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface FirewallSoftwareApi {

    @POST
    @Path("/enrolment-line")
    @Operation(
            summary = "Make a line that installs an agent and enrols it",
            description =
                    "Makes an enrolment token, as enrolment-token does: single use, 24 h, and one made before is dead from now on. The"
                            + " line fetches the installer of the release and runs it only if it has the checksum that stands in the line.")
    @APIResponse(responseCode = "200", description = "The line, shown once.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    @APIResponse(
            responseCode = "409",
            description = "no_release: the broker has none that verifies, or none for this kind.")
    EnrolmentLine makeEnrolmentLine(@PathParam("id") long id, @NotNull @Valid EnrolmentLineAsk ask);

    @GET
    @Path("/update")
    @Operation(summary = "How it stands with updates of the firewall's agent")
    @APIResponse(responseCode = "200", description = "The state.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    FirewallUpdate update(@PathParam("id") long id);
}
