package io.opnmanager.tunnel.contract.operator;

import io.smallrye.mutiny.Multi;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
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
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/**
 * Leave of a second operator to connect to firewalls that carry certain tags. All of it is within
 * the caller's reach.
 */
@Path("/api/v1/approvals")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "approvals",
        description = "Leave of a second operator to connect to firewalls that carry certain tags.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface ApprovalsApi {

    @GET
    @Operation(
            summary = "List approvals, newest first",
            description = "Those of the firewalls within the caller's reach, whoever asked.")
    @APIResponse(responseCode = "200", description = "One page.")
    ApprovalPage list(
            @QueryParam("status")
                    @Nullable
                    @Pattern(regexp = "waiting|granted|refused|used|expired")
                    @Parameter(description = "waiting, granted, refused, used or expired.")
                    String status,
            @BeanParam @Valid PageQuery part);

    @POST
    @Operation(
            summary = "Ask for an approval",
            description =
                    "Good for one request of the caller for this firewall and target, once another operator has granted it."
                            + " Asking again while one is waiting or granted answers that one.")
    @APIResponse(
            responseCode = "201",
            description = "Asked for; follow it under Location or the events.",
            content = @Content(schema = @Schema(implementation = Approval.class)),
            headers =
                    @Header(
                            name = "Location",
                            description = "The approval.",
                            schema = @Schema(implementation = String.class)))
    @APIResponse(
            responseCode = "200",
            description = "One is waiting or granted already.",
            content = @Content(schema = @Schema(implementation = Approval.class)))
    @APIResponse(responseCode = "400", description = "target_refused or invalid_field.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "firewall_unknown.")
    @APIResponse(responseCode = "429", description = "too_many_requests: too many wait.")
    Response ask(@NotNull @Valid ApprovalAsk ask);

    @GET
    @Path("/{id}")
    @Operation(summary = "One approval")
    @APIResponse(responseCode = "200", description = "The approval.")
    @APIResponse(responseCode = "403", description = "not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "approval_unknown.")
    Approval one(@PathParam("id") long id);

    @PUT
    @Path("/{id}")
    @Operation(
            summary = "Grant or refuse an approval",
            description = "By another operator than the one who asked.")
    @APIResponse(responseCode = "200", description = "Decided.")
    @APIResponse(
            responseCode = "403",
            description =
                    "own_approval: the caller asked for it; not_yours: outside the caller's reach.")
    @APIResponse(responseCode = "404", description = "approval_unknown.")
    @APIResponse(
            responseCode = "409",
            description = "approval_decided: decided already, or its time is over.")
    Approval decide(@PathParam("id") long id, @NotNull @Valid ApprovalDecision decision);

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "Every move of the approvals that the caller may see, from now on")
    @APIResponse(responseCode = "200", description = "Server-sent events, each an approval.")
    Multi<Approval> events();
}
