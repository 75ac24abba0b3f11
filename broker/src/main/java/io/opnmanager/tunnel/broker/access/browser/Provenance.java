package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Which page makes a browser ask. Sessions' hosts may be of one site, so cookies alone do not keep
 * the page of one firewall from asking another: only a session's own pages may, and anybody may
 * lead a window to it.
 */
final class Provenance {

    private Provenance() {}

    /** Whether a request comes from a page of this origin, from the person, or is a mere link. */
    static boolean isOwn(HttpServerRequest request, URI origin) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site == null) {
            // A browser too old to say so sends an Origin with whatever could do harm.
            String from = request.getHeader(HttpHeaders.ORIGIN);
            return from == null || from.equals(origin.toString());
        }
        return site.equals("same-origin")
                || site.equals("none")
                || (reads(request)
                        && "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                        && "document".equals(request.getHeader("Sec-Fetch-Dest")));
    }

    private static boolean reads(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    /**
     * Whether a form may come from this page. {@code null} is what a browser says for a page that
     * keeps its address to itself; the ticket and the browser's number decide then.
     */
    static boolean isConsole(HttpServerRequest request, URI console) {
        @Nullable String from = request.getHeader(HttpHeaders.ORIGIN);
        return from == null || from.equals("null") || from.equals(console.toString());
    }
}
