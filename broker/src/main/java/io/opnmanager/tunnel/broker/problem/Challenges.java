package io.opnmanager.tunnel.broker.problem;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/**
 * Tells a browser's page nothing of basic authentication: the browser would ask for name and
 * password in a window of its own, and then send them with every call.
 */
final class Challenges {

    /** Every browser in use sends it, and no page can set it (Fetch Metadata §2.3). */
    private static final String SENT_BY_BROWSERS = "Sec-Fetch-Site";

    @ServerResponseFilter
    void answered(ContainerRequestContext request, ContainerResponseContext answer) {
        if (answer.getStatus() == Response.Status.UNAUTHORIZED.getStatusCode()
                && request.getHeaderString(SENT_BY_BROWSERS) != null) {
            answer.getHeaders().putSingle(HttpHeaders.WWW_AUTHENTICATE, Documents.BEARER);
        }
    }
}
