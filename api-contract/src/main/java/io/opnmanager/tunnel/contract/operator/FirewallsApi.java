package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The boxes behind NAT: registry, enrolment, credentials, certificate pins. */
@Path("/api/v1/firewalls")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "firewalls",
        description = "The boxes behind NAT: registry, enrolment, credentials, certificate pins.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface FirewallsApi {

    /** Seconds: a week. */
    int LONGEST_OVERLAP = 604_800;

    @POST
    @Operation(summary = "Make a firewall", description = "It can be enrolled from then on.")
    @APIResponse(
            responseCode = "201",
            description = "Made.",
            content = @Content(schema = @Schema(implementation = Firewall.class)),
            headers =
                    @Header(
                            name = "Location",
                            description = "The firewall.",
                            schema = @Schema(implementation = String.class)))
    @APIResponse(
            responseCode = "403",
            description = "not_yours: it would be outside the caller's reach.")
    @APIResponse(responseCode = "409", description = "firewall_exists: the name is taken.")
    Response create(@NotNull @Valid FirewallAsk ask);

    @GET
    @Path("/{id}")
    @Operation(summary = "One firewall")
    @APIResponse(responseCode = "200", description = "The firewall.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    Firewall one(@PathParam("id") long id);

    @PUT
    @Path("/{id}")
    @Operation(summary = "Change a firewall's name, tags or page")
    @APIResponse(responseCode = "200", description = "The firewall.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    @APIResponse(responseCode = "409", description = "firewall_exists: the name is taken.")
    Firewall change(@PathParam("id") long id, @NotNull @Valid FirewallAsk ask);

    @POST
    @Path("/{id}/enrolment-token")
    @Operation(
            summary = "Make an enrolment token",
            description = "Single use, 24 h. A token made before and not used is dead from now on.")
    @APIResponse(responseCode = "200", description = "The token, shown once.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    EnrolmentToken makeEnrolmentToken(@PathParam("id") long id);

    @POST
    @Path("/{id}/agent-token")
    @Operation(
            summary = "Rotate the agent's token",
            description =
                    "Without overlap the old token is dead and live sessions are cut at once. With it the token that the agent"
                            + " holds stays good for so long, also when the call is repeated because its answer was lost.")
    @APIResponse(responseCode = "200", description = "The new token, shown once.")
    @APIResponse(responseCode = "400", description = "invalid_field.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    @APIResponse(responseCode = "409", description = "not_enrolled.")
    AgentToken rotateAgentToken(
            @PathParam("id") long id,
            @QueryParam("overlap")
                    @DefaultValue("0")
                    @Min(0)
                    @Max(LONGEST_OVERLAP)
                    @Parameter(description = "Seconds, at most a week.")
                    int overlap);

    @DELETE
    @Path("/{id}/agent-token")
    @Operation(
            summary = "Revoke the firewall's credential",
            description = "Token and SSH key are refused and live sessions are cut at once.")
    @APIResponse(responseCode = "204", description = "Revoked.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    void revokeAgentToken(@PathParam("id") long id);

    @GET
    @Path("/{id}/certificate-pin")
    @Operation(summary = "The certificates that are remembered for a firewall")
    @APIResponse(responseCode = "200", description = "The pins.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    CertificatePins certificatePins(@PathParam("id") long id);

    @PUT
    @Path("/{id}/certificate-pin")
    @Operation(summary = "Accept a certificate for a target")
    @APIResponse(responseCode = "200", description = "The pins.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    CertificatePins acceptCertificate(
            @PathParam("id") long id, @NotNull @Valid CertificatePinAsk ask);
}
