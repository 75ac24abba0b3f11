package io.opnmanager.tunnel.contract.operator;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
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

/** Connections of programs through the gateway. */
@Path("/api/v1/streams")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "streams", description = "Connections of programs through the gateway.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface StreamsApi {

    @GET
    @Operation(
            summary = "List connections through the gateway of the node that answers",
            description =
                    "Live ones and the last 1000 that ended, newest first. Administrators and viewers see those to sessions"
                            + " within reach, and those to services unless their reach has a limit; an operator the own ones"
                            + " and those to the own sessions.")
    @APIResponse(responseCode = "200", description = "The connections.")
    GatewayStreams list(
            @QueryParam("request_id")
                    @Nullable
                    @Parameter(description = "Only those to its session.")
                    Long requestId,
            @QueryParam("live")
                    @Nullable
                    @Parameter(description = "Only those that go on, or only ended ones.")
                    Boolean live);
}
