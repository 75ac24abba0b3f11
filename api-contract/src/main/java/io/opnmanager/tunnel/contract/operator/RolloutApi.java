package io.opnmanager.tunnel.contract.operator;

import io.opnmanager.tunnel.contract.UpdateState;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** How far a release is let out to agents that update themselves. */
@Path("/api/v1/rollout")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "rollout",
        description = "How far a release is let out to agents that update themselves.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface RolloutApi {

    @GET
    @Operation(
            summary = "The rollout and what became of it",
            description = "Counts are of the enrolled firewalls within the caller's reach.")
    @APIResponse(responseCode = "200", description = "The rollout.")
    Rollout now();

    @PUT
    @Operation(
            summary = "Change how many are offered the release, halt, go on",
            description =
                    "An agent is offered it at its next check-in. To go on after a halt begins to count failures anew.")
    @APIResponse(responseCode = "200", description = "The rollout.")
    @APIResponse(
            responseCode = "403",
            description = "not_allowed: for administrators without a limited reach.")
    Rollout change(@NotNull @Valid RolloutAsk ask);

    @GET
    @Path("/firewalls")
    @Operation(summary = "What became of it on each enrolled firewall within the caller's reach")
    @APIResponse(responseCode = "200", description = "One page, by name.")
    FirewallUpdatePage firewalls(
            @QueryParam("state")
                    @Nullable
                    @Parameter(description = "Only those whose agent reported this.")
                    UpdateState state,
            @BeanParam @Valid PageQuery part);
}
