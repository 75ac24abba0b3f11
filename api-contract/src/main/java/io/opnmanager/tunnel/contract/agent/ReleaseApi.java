package io.opnmanager.tunnel.contract.agent;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirements;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The software of agents, as the owner of the broker signed it. */
@Path("/api/release")
@Produces(MediaType.APPLICATION_OCTET_STREAM)
@Tag(name = "release", description = "The software of agents, as the broker's owner signed it.")
public interface ReleaseApi {

    @GET
    @Path("/{name}")
    @SecurityRequirements
    @Operation(
            summary = "One file of the release",
            description =
                    "release.txt, release.txt.sig, release-key.pem, and what release.txt lists; nothing else. Who fetches them checks"
                            + " signature, sizes and checksums: that the broker did so too proves nothing to others.")
    @APIResponse(
            responseCode = "200",
            description = "The file.",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_OCTET_STREAM,
                            schema = @Schema(type = SchemaType.STRING, format = "binary")),
            headers =
                    @Header(
                            name = "ETag",
                            description = "SHA-256 of the file, hexadecimal, in quotation marks.",
                            schema = @Schema(implementation = String.class)))
    @APIResponse(responseCode = "304", description = "If-None-Match names this very file.")
    @APIResponse(
            responseCode = "404",
            description = "not_found: not in the release, or there is none that verifies.")
    @APIResponse(
            responseCode = "429",
            description = "too_many_requests: of this address; see Retry-After.")
    Response file(@PathParam("name") String name);
}
