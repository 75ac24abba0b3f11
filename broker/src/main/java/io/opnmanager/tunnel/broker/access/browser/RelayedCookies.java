package io.opnmanager.tunnel.broker.access.browser;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the broker's cookies from the firewall and the firewall's from every other host (RFC 6265
 * §4, §5).
 */
final class RelayedCookies {

    /** How the names of the broker's own cookies begin, in lower case. */
    static final String OWN = "__host-opnmanager-";

    private RelayedCookies() {}

    /**
     * The cookies that a request carries to the firewall, in one header.
     *
     * @param headers all its Cookie headers; HTTP/2 has one for each cookie
     * @return {@code null} when none is left
     */
    static @Nullable String toFirewall(List<String> headers) {
        List<String> kept = new ArrayList<>();
        for (String header : headers) {
            for (String pair : header.split(";", -1)) {
                String cookie = pair.strip();
                if (!cookie.isEmpty() && !isOwn(cookie)) {
                    kept.add(cookie);
                }
            }
        }
        return kept.isEmpty() ? null : String.join("; ", kept);
    }

    /**
     * A Set-Cookie header as the browser gets it: for this host only, and over https when the
     * session's origin is.
     *
     * @return {@code null} when it would touch a cookie of the broker
     */
    static @Nullable String toBrowser(String header, boolean secure) {
        String[] parts = header.split(";", -1);
        if (isOwn(parts[0])) {
            return null;
        }
        StringBuilder kept = new StringBuilder(parts[0].strip());
        boolean isSecure = false;
        for (int i = 1; i < parts.length; i++) {
            String attribute = parts[i].strip();
            String name = nameOf(attribute);
            isSecure |= name.equals("secure");
            if (!name.equals("domain") && !attribute.isEmpty()) {
                kept.append("; ").append(attribute);
            }
        }
        if (secure && !isSecure) {
            kept.append("; Secure");
        }
        return kept.toString();
    }

    /** A cookie without a name is sent as its value alone, and so could pass for one of ours. */
    private static boolean isOwn(String pair) {
        String name = nameOf(pair);
        String cookie = name.isEmpty() ? pair.substring(pair.indexOf('=') + 1).strip() : name;
        return cookie.toLowerCase(Locale.ROOT).startsWith(OWN);
    }

    private static String nameOf(String pair) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        return name.strip().toLowerCase(Locale.ROOT);
    }
}
