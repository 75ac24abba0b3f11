package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Bearer tokens of the calling operator. */
@Path("/api/v1/tokens")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "tokens", description = "Bearer tokens of the calling operator.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
@SecurityRequirement(name = "signIn")
public interface TokensApi {

    @GET
    @Operation(summary = "List own tokens")
    @APIResponse(responseCode = "200", description = "The tokens, without their secret.")
    Tokens list();

    @POST
    @Operation(
            summary = "Make a token",
            description = "Not with a token: a token begets no others.")
    @APIResponse(
            responseCode = "201",
            description = "Made; the token is shown once.",
            content = @Content(schema = @Schema(implementation = Token.class)))
    @APIResponse(
            responseCode = "400",
            description = "invalid_field: also when the role is above the operator's own.")
    @APIResponse(responseCode = "403", description = "not_allowed: asked with a token.")
    @APIResponse(
            responseCode = "409",
            description = "token_exists: the name is taken; token_limit: revoke one first.")
    Response create(@NotNull @Valid TokenAsk ask);

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Revoke a token", description = "A token may revoke itself and no other.")
    @APIResponse(responseCode = "204", description = "Revoked.")
    @APIResponse(responseCode = "403", description = "not_allowed: another one, with a token.")
    @APIResponse(responseCode = "404", description = "token_unknown.")
    void revoke(@PathParam("id") long id);
}
