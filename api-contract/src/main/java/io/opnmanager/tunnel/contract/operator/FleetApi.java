package io.opnmanager.tunnel.contract.operator;

import io.smallrye.mutiny.Multi;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestStreamElementType;
import org.jspecify.annotations.Nullable;

/**
 * All firewalls within the caller's reach together: lists, what moves among them, and the words
 * that they are grouped by.
 */
@Path("/api/v1/firewalls")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "firewalls")
@SecurityRequirement(name = "operator")
@SecurityRequirement(name = "operatorToken")
public interface FleetApi {

    @GET
    @Operation(summary = "List firewalls within the caller's reach")
    @APIResponse(responseCode = "200", description = "One page.")
    FirewallPage list(
            @QueryParam("query")
                    @Nullable
                    @Size(max = 100)
                    @Parameter(description = "Part of the name, host name or a tag.")
                    String query,
            @QueryParam("tag")
                    @Nullable
                    @Size(max = 50)
                    @Parameter(description = "Only those that carry this tag.")
                    String tag,
            @QueryParam("online")
                    @Nullable
                    @Parameter(
                            description = "Only those that are online, or only those that are not.")
                    Boolean online,
            @QueryParam("kind")
                    @Nullable
                    @Pattern(regexp = "opnsense|pfsense|generic")
                    @Parameter(description = "opnsense, pfsense or generic.")
                    String kind,
            @QueryParam("sort")
                    @DefaultValue("name")
                    @Pattern(regexp = "name|last_seen|status")
                    @Parameter(
                            description =
                                    "name; last_seen: the latest first; status: online, offline, not enrolled.")
                    String sort,
            @BeanParam @Valid PageQuery part);

    @GET
    @Path("/tags")
    @Operation(summary = "Every tag of the firewalls within the caller's reach")
    @APIResponse(responseCode = "200", description = "The tags by word.")
    Tags tags();

    @GET
    @Path("/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Every change of the firewalls within the caller's reach, from now on",
            description =
                    "Made, changed, online, offline, told something by its agent, a request begun or ended: within 2 s. A stream"
                            + " that cannot keep up, or whose caller's rights change, ends; begin again with the list.")
    @APIResponse(responseCode = "200", description = "Server-sent events, each a firewall.")
    Multi<Firewall> events();
}
