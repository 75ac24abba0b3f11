package io.opnmanager.tunnel.contract.operator;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Signing in with OpenID Connect: a page to go to, not a call to make. */
@Path("/api/v1/sign-in/openid")
@Tag(name = "sign-in")
public interface OpenIdSignInApi {

    @GET
    @Operation(
            summary = "Sign in with OpenID Connect",
            description =
                    "Leads a browser to the provider and back to /, with the cookie set. For browsers only.")
    @SecurityRequirements
    @APIResponse(
            responseCode = "303",
            description =
                    "To the provider; back to / with the cookie; or to /sign-in?error= and why not:"
                            + " openid_failed, openid_unavailable, openid_no_role, openid_no_tags,"
                            + " openid_no_name, openid_name_taken, openid_too_many.")
    @APIResponse(responseCode = "404", description = "not_found: not set up.")
    Response signIn();
}
