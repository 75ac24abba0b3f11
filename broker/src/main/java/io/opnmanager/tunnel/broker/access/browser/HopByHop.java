package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Headers that speak of one connection and end with it (RFC 9110 §7.6.1). */
final class HopByHop {

    private static final Set<String> ALWAYS =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authentication-info",
                    "proxy-authorization",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "http2-settings");

    private HopByHop() {}

    /** Names in lower case: those of the standard, and those that Connection names here. */
    static Set<String> in(MultiMap headers) {
        List<String> named = headers.getAll(HttpHeaders.CONNECTION);
        if (named.isEmpty()) {
            return ALWAYS;
        }
        Set<String> names = new HashSet<>(ALWAYS);
        for (String value : named) {
            for (String option : value.split(",", -1)) {
                names.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Whether this one is always of a connection. */
    static boolean isAlways(String name) {
        return ALWAYS.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether Connection names this option. */
    static boolean names(MultiMap headers, String option) {
        for (String value : headers.getAll(HttpHeaders.CONNECTION)) {
            for (String name : value.split(",", -1)) {
                if (name.strip().equalsIgnoreCase(option)) {
                    return true;
                }
            }
        }
        return false;
    }
}
