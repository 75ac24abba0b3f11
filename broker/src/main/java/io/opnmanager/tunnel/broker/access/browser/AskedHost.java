package io.opnmanager.tunnel.broker.access.browser;

import io.opnmanager.tunnel.broker.access.SessionAddresses;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which host a request is for. There is one way to write it and one place to write it in; whatever
 * could be read in two ways is odd, because a proxy in front may have read it in the other.
 */
sealed interface AskedHost {

    /** The console and the API: every host that is not below the session domain. */
    record Console() implements AskedHost {}

    /** A host below the session domain, whether or not there is such a session. */
    record Session(String label) implements AskedHost {}

    /** No host, several, or none that is written as one. */
    record Odd() implements AskedHost {}

    /** Names and IPv4 addresses, or an IPv6 address in brackets; with a port. */
    Pattern FORM =
            Pattern.compile(
                    "([a-z0-9_](?:[a-z0-9._-]{0,252}[a-z0-9_])?|\\[[0-9a-f:.]{2,45}])\\.?(?::[0-9]{1,5})?");

    static AskedHost of(HttpServerRequest request, SessionAddresses addresses) {
        String asked = single(request);
        String host = asked == null ? null : canonical(asked);
        if (host == null) {
            return new Odd();
        }
        String label = addresses.labelOf(host);
        return label == null ? new Console() : new Session(label);
    }

    /**
     * The one host that the request names, as it is written; null when there is not exactly one.
     */
    private static @Nullable String single(HttpServerRequest request) {
        List<String> headers = request.headers().getAll(HttpHeaders.HOST);
        if (request.version() == HttpVersion.HTTP_2) {
            // RFC 9113 §8.3.1: a Host header may repeat what :authority says and nothing else.
            HostAndPort authority = request.authority();
            if (authority == null) {
                return null;
            }
            String written = authority.toString();
            return headers.stream().allMatch(written::equalsIgnoreCase) ? written : null;
        }
        // The version is null when it is none that the server knows; it hands such a request on.
        if (headers.size() != 1 || request.version() == null) {
            return null;
        }
        String host = headers.getFirst();
        String target = request.uri();
        if (target.startsWith("/") || target.equals("*")) {
            return host;
        }
        // RFC 9112 §3.2.2: an absolute target names a host too, and has to name the same.
        int begin = target.indexOf("://");
        String rest = begin < 0 ? target : target.substring(begin + 3);
        int end = rest.indexOf('/');
        String named = end < 0 ? rest : rest.substring(0, end);
        return named.equalsIgnoreCase(host) ? host : null;
    }

    private static @Nullable String canonical(String asked) {
        Matcher form = FORM.matcher(asked.toLowerCase(Locale.ROOT));
        return form.matches() ? form.group(1) : null;
    }
}
