package io.opnmanager.tunnel.contract.agent;

import io.smallrye.mutiny.Uni;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * What agents say to the broker. Every path is also served with the suffix {@code .php}, because
 * installed scripts call it so. Every failure is a {@link
 * io.opnmanager.tunnel.contract.ProblemDocument}.
 */
@Path("/api")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "agent",
        description = "Called by agents on firewalls. Also reachable with the suffix .php.")
public interface AgentApi {

    @POST
    @Path("/enroll")
    @SecurityRequirements
    @Operation(
            summary = "Trade a single-use enrolment token for the firewall's own credential",
            description =
                    "The token is valid for 24 h, once, and for the one firewall it was made for. The agent token is shown here and"
                            + " never again.")
    @APIResponse(responseCode = "200", description = "Enrolled.")
    @APIResponse(
            responseCode = "401",
            description = "enrolment_token_refused: unknown, used or expired.")
    EnrolmentAnswer enroll(@NotNull @Valid EnrolmentAsk ask);

    @POST
    @Path("/quickconnect_check")
    @SecurityRequirement(name = "agent")
    @Operation(
            summary = "Is there anything for me?",
            description =
                    "Without wait answered at once. With wait held until there is something to open or kill, or the time is over."
                            + " Never touches the database.")
    @APIResponse(responseCode = "200", description = "The answer.")
    @APIResponse(responseCode = "403", description = "not_yours: firewall_id is not the caller's.")
    @APIResponse(responseCode = "429", description = "too_many_requests: see Retry-After.")
    Uni<QuickconnectCheckAnswer> quickconnectCheck(@NotNull @Valid QuickconnectCheck check);

    @POST
    @Path("/agent_checkin")
    @SecurityRequirement(name = "agent")
    @Operation(
            summary = "What shall I open, what shall I kill?",
            description =
                    "Computed from the rows at this moment: pending and in time is to open, ended but not confirmed is to kill."
                            + " Nothing is handed out by having been queued, so nothing can be lost or replayed.")
    @APIResponse(responseCode = "200", description = "What to do.")
    @APIResponse(responseCode = "403", description = "not_yours: firewall_id is not the caller's.")
    CheckinAnswer agentCheckin(@NotNull @Valid Checkin checkin);

    @POST
    @Path("/tunnel_status")
    @SecurityRequirement(name = "agent")
    @Operation(summary = "Report that a tunnel was opened, lost, could not be opened or was killed")
    @APIResponse(responseCode = "200", description = "Noted.")
    @APIResponse(
            responseCode = "403",
            description = "not_yours: the request is another firewall's.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    Success tunnelStatus(@NotNull @Valid TunnelReport report);

    @POST
    @Path("/tunnel_heartbeat")
    @SecurityRequirement(name = "operator")
    @SecurityRequirement(name = "operatorToken")
    @SecurityRequirement(name = "agent")
    @Operation(
            summary = "Is this session still wanted and alive?",
            description =
                    "From whoever holds the session: a sign that it is still wanted, every 60 s or less. From the agent: a question"
                            + " only, which prolongs nothing.")
    @APIResponse(
            responseCode = "200",
            description = "keep_alive is false once the request has ended.")
    @APIResponse(responseCode = "403", description = "not_yours: someone else's request.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    HeartbeatAnswer tunnelHeartbeat(@NotNull @Valid Heartbeat heartbeat);

    @POST
    @Path("/tunnel_close")
    @SecurityRequirement(name = "operator")
    @SecurityRequirement(name = "operatorToken")
    @SecurityRequirement(name = "agent")
    @Operation(summary = "Close the session; closing one that has ended already is no error")
    @APIResponse(responseCode = "200", description = "It is closed.")
    @APIResponse(responseCode = "403", description = "not_yours: someone else's request.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    Success tunnelClose(@NotNull @Valid RequestReference reference);
}
