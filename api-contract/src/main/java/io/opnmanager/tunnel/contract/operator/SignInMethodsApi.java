package io.opnmanager.tunnel.contract.operator;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** How one can sign in. */
@Path("/api/v1/sign-in/methods")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "sign-in")
public interface SignInMethodsApi {

    @GET
    @Operation(summary = "How one can sign in")
    @SecurityRequirements
    @APIResponse(responseCode = "200", description = "The methods that are set up.")
    SignInMethods methods();
}
