package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Signing in and out, and the own password and second factor. */
@Path("/api/v1/sign-in")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "sign-in", description = "Signing in and out, and the own password and second factor.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
@SecurityRequirement(name = "signIn")
public interface SignInApi {

    @POST
    @Operation(summary = "Sign in", description = "A sign-in that this browser had before ends.")
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
                    "not_authenticated; second_factor_required: the password is right, the code is absent.")
    @APIResponse(responseCode = "403", description = "cross_site.")
    @APIResponse(responseCode = "429", description = "too_many_requests; see Retry-After.")
    Response signIn(@NotNull @Valid SignInAsk ask);

    @GET
    @Operation(
            summary = "Who is signed in",
            description = "With any operator credential. Does not count as use of the sign-in.")
    @APIResponse(responseCode = "200", description = "This operator.")
    @APIResponse(responseCode = "401", description = "not_authenticated: nobody.")
    SignedIn signedIn();

    @DELETE
    @Operation(
            summary = "Sign out",
            description = "Ends the sign-in of this cookie, if there is one.")
    @APIResponse(responseCode = "204", description = "Signed out, and the cookie is expired.")
    Response signOut();

    @DELETE
    @Path("/all")
    @Operation(
            summary = "Sign out everywhere",
            description = "Ends all sign-ins of this operator. Tokens stay.")
    @APIResponse(responseCode = "204", description = "Signed out everywhere.")
    Response signOutEverywhere();

    @PUT
    @Path("/password")
    @Operation(
            summary = "Change the own password",
            description = "Ends all other sign-ins of this operator.")
    @APIResponse(responseCode = "204", description = "Changed.")
    @APIResponse(responseCode = "403", description = "wrong_password.")
    @APIResponse(responseCode = "409", description = "no_password: there is none to change.")
    @APIResponse(responseCode = "429", description = "too_many_requests; see Retry-After.")
    void changePassword(@NotNull @Valid PasswordChange change);

    @POST
    @Path("/second-factor")
    @Operation(
            summary = "Get the secret of a second factor",
            description =
                    "TOTP (RFC 6238): SHA-1, 6 digits, 30 seconds. It counts when a code of it was"
                            + " shown, within 10 minutes.")
    @APIResponse(responseCode = "200", description = "The secret, shown once.")
    @APIResponse(responseCode = "403", description = "wrong_password.")
    @APIResponse(
            responseCode = "409",
            description = "second_factor_exists: remove it first; no_password.")
    @APIResponse(responseCode = "429", description = "too_many_requests; see Retry-After.")
    @APIResponse(
            responseCode = "503",
            description = "second_factor_unavailable: this node has not the key of the others.")
    SecondFactor secondFactor(@NotNull @Valid SecondFactorAsk ask);

    @PUT
    @Path("/second-factor")
    @Operation(
            summary = "Activate the second factor",
            description =
                    "From now on a password needs a code, and basic authentication is refused: use"
                            + " tokens. Ends all other sign-ins of this operator.")
    @APIResponse(responseCode = "200", description = "Ten recovery codes, shown once.")
    @APIResponse(responseCode = "403", description = "wrong_code.")
    @APIResponse(
            responseCode = "409",
            description =
                    "no_second_factor: no secret was asked for, or its 10 minutes are over;"
                            + " second_factor_exists.")
    @APIResponse(responseCode = "429", description = "too_many_requests; see Retry-After.")
    RecoveryCodes activateSecondFactor(@NotNull @Valid SecondFactorCode code);

    @POST
    @Path("/second-factor/removal")
    @Operation(
            summary = "Remove the own second factor",
            description = "With its recovery codes. Ends all other sign-ins of this operator.")
    @APIResponse(responseCode = "204", description = "Removed.")
    @APIResponse(responseCode = "403", description = "wrong_password, wrong_code.")
    @APIResponse(responseCode = "409", description = "no_second_factor.")
    @APIResponse(responseCode = "429", description = "too_many_requests; see Retry-After.")
    void removeSecondFactor(@NotNull @Valid SecondFactorRemoval removal);
}
