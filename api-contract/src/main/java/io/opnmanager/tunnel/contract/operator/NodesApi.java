package io.opnmanager.tunnel.contract.operator;

import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The brokers that work together on one database. */
@Path("/api/v1/nodes")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "nodes", description = "The brokers that work together on one database.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface NodesApi {

    @GET
    @Operation(summary = "List nodes by name")
    @APIResponse(responseCode = "200", description = "All nodes.")
    Nodes list();
}
