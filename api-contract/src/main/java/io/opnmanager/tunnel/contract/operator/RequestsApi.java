package io.opnmanager.tunnel.contract.operator;

import io.smallrye.mutiny.Multi;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
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
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/** Tunnels that operators ask for. */
@Path("/api/v1/requests")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "requests", description = "Tunnels that operators ask for.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface RequestsApi {

    @GET
    @Operation(
            summary = "List requests, newest first",
            description =
                    "Within the caller's reach. Administrators and viewers see all, an operator the own ones"
                            + " and those that are shared with them.")
    @APIResponse(responseCode = "200", description = "One page.")
    TunnelRequestPage list(
            @QueryParam("status")
                    @Nullable
                    @Parameter(description = "pending, active, disconnected, timeout or expired.")
                    String status,
            @QueryParam("live")
                    @Nullable
                    @Parameter(
                            description =
                                    "Only those that are pending or active, or only ended ones.")
                    Boolean live,
            @QueryParam("firewall_id") @Nullable Long firewallId,
            @QueryParam("requested_by") @Nullable @Size(max = 63) String requestedBy,
            @BeanParam @Valid PageQuery part);

    @POST
    @Operation(
            summary = "Ask for a tunnel",
            description =
                    "Answered at once. The same operator asking again for the same firewall and target gets the live request; an Idempotency-Key makes a repeated call the same request.")
    @APIResponse(
            responseCode = "202",
            description = "Asked for; follow it under Location or its events.",
            content = @Content(schema = @Schema(implementation = TunnelRequest.class)),
            headers =
                    @Header(
                            name = "Location",
                            description = "The request.",
                            schema = @Schema(implementation = String.class)))
    @APIResponse(
            responseCode = "400",
            description = "target_refused, reason_required or invalid_field.")
    @APIResponse(
            responseCode = "403",
            description =
                    "approval_required: another operator has to grant it first, see approvals; not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    @APIResponse(
            responseCode = "409",
            description = "not_enrolled, or idempotency_key_reused for another body.")
    @APIResponse(responseCode = "503", description = "no_port_free or draining; see Retry-After.")
    Response open(
            @HeaderParam("Idempotency-Key") @Nullable @Size(min = 1, max = 128)
                    String idempotencyKey,
            @NotNull @Valid TunnelAsk ask);

    @GET
    @Path("/{id}")
    @Operation(summary = "One request")
    @APIResponse(responseCode = "200", description = "The request.")
    @APIResponse(responseCode = "403", description = "not_yours.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    TunnelRequest one(@PathParam("id") long id);

    @DELETE
    @Path("/{id}")
    @Operation(
            summary = "Close a request",
            description = "Closing one that has ended already is no error.")
    @APIResponse(responseCode = "204", description = "Closed.")
    @APIResponse(responseCode = "403", description = "not_yours.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    void close(@PathParam("id") long id);

    @PUT
    @Path("/{id}/lifetime")
    @Operation(
            summary = "Change how long a request may be active",
            description = "Counted from the moment it became active, up to the broker's maximum.")
    @APIResponse(responseCode = "200", description = "The request.")
    @APIResponse(responseCode = "400", description = "invalid_field: beyond the maximum.")
    @APIResponse(responseCode = "403", description = "not_yours.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    @APIResponse(responseCode = "409", description = "request_ended.")
    TunnelRequest changeLifetime(@PathParam("id") long id, @NotNull @Valid LifetimeAsk ask);

    @GET
    @Path("/terms")
    @Operation(summary = "What the broker wants of a request and grants to it")
    @APIResponse(responseCode = "200", description = "The terms.")
    RequestTerms terms();

    @GET
    @Path("/{id}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Every move of one request",
            description = "Begins with the request as it is now and ends with its end.")
    @APIResponse(responseCode = "200", description = "Server-sent events, each a request.")
    Multi<TunnelRequest> events(@PathParam("id") long id);

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "Every move of all requests that the caller may see, from now on")
    @APIResponse(responseCode = "200", description = "Server-sent events, each a request.")
    Multi<TunnelRequest> allEvents();
}
