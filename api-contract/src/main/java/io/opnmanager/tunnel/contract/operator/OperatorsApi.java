package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
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

/** People who may use the broker; for administrators whose reach has no limit. */
@Path("/api/v1/operators")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(
        name = "operators",
        description = "People who may use the broker; for administrators whose reach has no limit.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
@SecurityRequirement(name = "signIn")
public interface OperatorsApi {

    @GET
    @Operation(summary = "List operators by name")
    @APIResponse(responseCode = "200", description = "All operators.")
    Operators list();

    @POST
    @Operation(summary = "Make an operator")
    @APIResponse(
            responseCode = "201",
            description = "Made.",
            content = @Content(schema = @Schema(implementation = Operator.class)))
    @APIResponse(
            responseCode = "409",
            description = "operator_exists; certificate_name_exists: another operator's.")
    Response create(@NotNull @Valid OperatorAsk ask);

    @PUT
    @Path("/{name}")
    @Operation(
            summary = "Change role, tags and certificate names",
            description =
                    "Counts at once on this node and within seconds on the others. Sign-ins by certificate"
                            + " end when the certificate names change.")
    @APIResponse(responseCode = "200", description = "Changed.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    @APIResponse(
            responseCode = "409",
            description =
                    "last_administrator: a local administrator without tags has to stay; certificate_name_exists.")
    Operator change(@PathParam("name") String name, @NotNull @Valid OperatorChange change);

    @PUT
    @Path("/{name}/password")
    @Operation(
            summary = "Give another operator a new password",
            description =
                    "Their sign-ins end; second factor and tokens stay. The own one: PUT /api/v1/sign-in/password.")
    @APIResponse(responseCode = "204", description = "Changed.")
    @APIResponse(responseCode = "403", description = "not_allowed: the own one.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    void resetPassword(@PathParam("name") String name, @NotNull @Valid PasswordReset reset);

    @DELETE
    @Path("/{name}/second-factor")
    @Operation(
            summary = "Remove another operator's second factor",
            description = "With its recovery codes; their sign-ins end.")
    @APIResponse(responseCode = "204", description = "Removed.")
    @APIResponse(responseCode = "403", description = "not_allowed: the own one.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    @APIResponse(responseCode = "409", description = "no_second_factor.")
    void removeSecondFactor(@PathParam("name") String name);

    @DELETE
    @Path("/{name}/sign-ins")
    @Operation(summary = "End all sign-ins of an operator", description = "Tokens stay.")
    @APIResponse(responseCode = "204", description = "None is left.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    void signOut(@PathParam("name") String name);

    @DELETE
    @Path("/{name}/tokens")
    @Operation(summary = "Revoke all tokens of an operator")
    @APIResponse(responseCode = "204", description = "None is left.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    void revokeTokens(@PathParam("name") String name);

    @DELETE
    @Path("/{name}")
    @Operation(
            summary = "Remove an operator",
            description = "Their sign-ins and tokens die and their live requests are closed.")
    @APIResponse(responseCode = "204", description = "Removed.")
    @APIResponse(responseCode = "404", description = "operator_unknown.")
    @APIResponse(responseCode = "409", description = "last_administrator.")
    void remove(@PathParam("name") String name);
}
