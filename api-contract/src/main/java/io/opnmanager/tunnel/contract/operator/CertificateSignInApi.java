package io.opnmanager.tunnel.contract.operator;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Signing in with the TLS client certificate of the connection. */
@Path("/api/v1/sign-in/certificate")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "sign-in")
public interface CertificateSignInApi {

    @POST
    @Operation(summary = "Sign in with the TLS client certificate of this connection")
    @SecurityRequirements
    @APIResponse(
            responseCode = "201",
            description = "Signed in.",
            headers =
                    @Header(
                            name = "Set-Cookie",
                            description = "__Host-opnmanager-sign-in, for this host alone.",
                            schema = @Schema(implementation = String.class)),
            content = @Content(schema = @Schema(implementation = SignedIn.class)))
    @APIResponse(
            responseCode = "401",
            description = "not_authenticated: no certificate, or one that is no operator's.")
    @APIResponse(responseCode = "403", description = "cross_site.")
    Response signIn();
}
