package io.opnmanager.tunnel.contract.operator;

import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.Consumes;
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

/** The way of a browser into a session's own host. */
@Path("/api/v1/requests/{id}/entries")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "requests", description = "Tunnels that operators ask for.")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface EntriesApi {

    @POST
    @Operation(
            summary = "Make a ticket into a session's own host",
            description =
                    "The browser asks for session_url/.opnmanager/enter, which sends it to the console with a challenge."
                            + " The console makes a ticket for that challenge and posts it, as the form field ticket, to the url of the answer."
                            + " A ticket works once, for 30 s, in the browser that the challenge came from.")
    @APIResponse(
            responseCode = "201",
            description = "Made.",
            content = @Content(schema = @Schema(implementation = Entry.class)))
    @APIResponse(responseCode = "400", description = "invalid_field.")
    @APIResponse(
            responseCode = "403",
            description = "not_yours: only who asked for a request may enter.")
    @APIResponse(responseCode = "404", description = "request_unknown.")
    @APIResponse(
            responseCode = "409",
            description = "request_not_active, or no_page when the target is no web page.")
    @APIResponse(
            responseCode = "429",
            description = "too_many_requests: too many tickets that nobody used; see Retry-After.")
    Response make(@PathParam("id") long id, @NotNull @Valid EntryAsk ask);
}
