package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Certificates of the calling operator for the gateway. */
@Path("/api/v1/certificates")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "certificates", description = "Certificates of the calling operator for the gateway.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
@SecurityRequirement(name = "signIn")
public interface CertificatesApi {

    @POST
    @Operation(
            summary = "Have a key certified",
            description =
                    "The key stays where it was made. With a token the certificate can do what the token can, and ends with it."
                            + " Not with a certificate: it begets no others.")
    @APIResponse(
            responseCode = "201",
            description = "Signed.",
            content = @Content(schema = @Schema(implementation = OperatorCertificate.class)))
    @APIResponse(
            responseCode = "400",
            description = "invalid_field: no request, not signed with its key, or a weak key.")
    @APIResponse(responseCode = "403", description = "not_allowed: asked with a certificate.")
    Response create(@NotNull @Valid CertificateAsk ask);

    @DELETE
    @Operation(
            summary = "Revoke all own certificates",
            description = "With a token those that were made with it.")
    @APIResponse(responseCode = "204", description = "Revoked.")
    void revokeAll();
}
