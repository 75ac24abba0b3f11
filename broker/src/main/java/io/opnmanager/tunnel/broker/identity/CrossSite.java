package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request that carries something a browser sends by itself (a cookie, a certificate, a
 * remembered password) was made by the console's own pages. Pages of firewalls live on hosts that
 * may be same-site with the console, so {@code SameSite} alone does not keep them out. Runs on
 * event loops.
 */
final class CrossSite {

    private static final String SEC_FETCH_SITE = "Sec-Fetch-Site";
    private static final String SEC_FETCH_MODE = "Sec-Fetch-Mode";
    private static final Set<HttpMethod> READING =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

    private CrossSite() {}

    /**
     * Refuses what another page made. Of a method that changes nothing only what a browser itself
     * says to come from elsewhere: its answer could not be read there, but be measured.
     *
     * @param shown whether a sign of the browser must be there: with a cookie it must, but curl
     *     with a password sends none
     * @throws Problem {@code cross_site}
     */
    static void refuse(HttpServerRequest request, boolean shown) {
        List<String> sites = request.headers().getAll(SEC_FETCH_SITE);
        List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
        if (READING.contains(request.method())) {
            if (!isReadingAllowed(request, sites)) {
                throw problem("found Sec-Fetch-Site " + cut(sites.getFirst()));
            }
        } else if (!sites.isEmpty()) {
            if (sites.size() > 1 || !sites.getFirst().equals("same-origin")) {
                throw problem("found Sec-Fetch-Site " + cut(sites.getFirst()));
            }
        } else if (!origins.isEmpty()) {
            if (origins.size() > 1 || !isOwn(origins.getFirst(), request.authority())) {
                throw problem("found Origin " + cut(origins.getFirst()));
            }
        } else if (shown) {
            throw problem("found neither Sec-Fetch-Site nor Origin");
        }
    }

    /** A link from elsewhere leads here: that is what links are for. */
    private static boolean isReadingAllowed(HttpServerRequest request, List<String> sites) {
        return sites.isEmpty()
                || request.headers().getAll(SEC_FETCH_MODE).equals(List.of("navigate"))
                || (sites.size() == 1 && Set.of("same-origin", "none").contains(sites.getFirst()));
    }

    /** Whether host and port are equal; a port that is not said is the one of Origin's scheme. */
    private static boolean isOwn(String origin, @Nullable HostAndPort authority) {
        if (authority == null) {
            return false;
        }
        try {
            URI uri = new URI(origin);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            int standard =
                    switch (scheme) {
                        case "https" -> 443;
                        case "http" -> 80;
                        default -> -1;
                    };
            int port = uri.getPort() < 0 ? standard : uri.getPort();
            int ownPort = authority.port() < 0 ? standard : authority.port();
            return standard > 0
                    && uri.getHost() != null
                    && uri.getHost().equalsIgnoreCase(authority.host())
                    && port == ownPort;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static Problem problem(String found) {
        return new Problem(
                ProblemCode.CROSS_SITE, "wanted a request of the console's own pages, " + found);
    }

    private static String cut(String header) {
        return header.length() <= 100 ? header : header.substring(0, 100);
    }
}
