package io.opnmanager.tunnel.contract;

import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeIn;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/**
 * Title and credentials of the API, for the OpenAPI document. It is never started as an
 * application.
 */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "OPNManager Tunnel",
                        version = "1",
                        description =
                                "On-demand tunnels to firewalls behind NAT. Every failure is an RFC 9457 problem document with a stable code;"
                                        + " times are UTC ISO-8601; bodies are at most 64 KiB."),
        components =
                @Components(
                        responses =
                                @APIResponse(
                                        name = "Problem",
                                        description = "Refused or not possible now: see code.",
                                        content =
                                                @Content(
                                                        mediaType = ProblemDocument.MEDIA_TYPE,
                                                        schema =
                                                                @Schema(
                                                                        implementation =
                                                                                ProblemDocument
                                                                                        .class)))))
@SecurityScheme(
        securitySchemeName = "agent",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "The firewall's own agent token.")
@SecurityScheme(
        securitySchemeName = "operator",
        type = SecuritySchemeType.HTTP,
        scheme = "basic",
        description = "An operator's name and password.")
@SecurityScheme(
        securitySchemeName = "operatorToken",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        description = "An operator's token.")
@SecurityScheme(
        securitySchemeName = "signIn",
        type = SecuritySchemeType.APIKEY,
        in = SecuritySchemeIn.COOKIE,
        apiKeyName = "__Host-opnmanager-sign-in",
        description =
                "The console's sign-in. A method other than GET, HEAD and OPTIONS must come from the"
                        + " console itself: Sec-Fetch-Site same-origin, or an Origin that is the Host.")
abstract class ApiDescription extends Application {}
