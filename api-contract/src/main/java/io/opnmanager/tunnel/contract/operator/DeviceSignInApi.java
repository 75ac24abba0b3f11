package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
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

/**
 * Signing in with OpenID Connect from a program that has no browser of its own: the device flow
 * (RFC 8628), in which the program talks to the broker and the person to the provider.
 */
@Path("/api/v1/sign-in/device")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "sign-in")
public interface DeviceSignInApi {

    @POST
    @Operation(
            summary = "Begin a sign-in from a program",
            description =
                    "Show the person user_code and verification_uri, and ask device/token every"
                            + " interval seconds until it answers something else than"
                            + " sign_in_pending.")
    @SecurityRequirements
    @APIResponse(
            responseCode = "201",
            description = "Begun at the provider.",
            content = @Content(schema = @Schema(implementation = DeviceSignIn.class)))
    @APIResponse(responseCode = "403", description = "cross_site.")
    @APIResponse(
            responseCode = "404",
            description = "not_found: not set up, here or at the provider.")
    @APIResponse(responseCode = "429", description = "too_many_requests; see Retry-After.")
    @APIResponse(
            responseCode = "503",
            description = "openid_unavailable: the provider does not answer, or not as it should.")
    Response begin();

    @POST
    @Path("/token")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Ask whether the person has signed in",
            description = "A device code signs in once.")
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
            description =
                    "not_authenticated: the person refused, the code is over, used or unknown, or"
                            + " whoever signed in is no operator here; detail says which.")
    @APIResponse(responseCode = "403", description = "cross_site.")
    @APIResponse(
            responseCode = "404",
            description = "not_found: not set up, here or at the provider.")
    @APIResponse(
            responseCode = "409",
            description = "sign_in_pending: not yet; ask again after interval seconds.")
    @APIResponse(
            responseCode = "429",
            description =
                    "too_many_requests: asked too often. Wait as long as Retry-After says, and from"
                            + " now on 5 seconds longer between two asks.")
    @APIResponse(
            responseCode = "503",
            description =
                    "openid_unavailable: the provider does not answer, or not as it should; the"
                            + " code may still be good.")
    Response signIn(@NotNull @Valid DeviceSignInAsk ask);
}
