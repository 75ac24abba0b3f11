package io.opnmanager.tunnel.demo.page;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the page looks at before anybody may sign in.
 *
 * @see <a href="https://github.com/opnsense/core">src/www/authgui.inc</a>:
 *     check_security_dns_rebind, check_security_http_referer_enforcement
 */
final class Checks {

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "0:0:0:0:0:0:0:1", "::1");

    private Checks() {}

    /**
     * Whether the request names a host that is not this firewall. Nobody is suspected who comes in
     * over loopback, as a tunnel does.
     *
     * @param host the header Host
     * @param localAddress where the connection was accepted
     */
    static boolean isRebound(Site site, String host, String localAddress) {
        String name = withoutPort(host);
        return !LOOPBACK.contains(localAddress)
                && !isAddress(name)
                && !ownNames(site).contains(name)
                && !name.equals("localhost");
    }

    /** Whether the page that led here, if any was named, is not one of this firewall. */
    static boolean isForeignReferer(Site site, @Nullable String referer) {
        if (referer == null) {
            return false;
        }
        @Nullable String host = hostOf(referer);
        if (host == null) {
            return true;
        }
        String name = host.toLowerCase(Locale.ROOT);
        return !ownNames(site).contains(name)
                && !LOOPBACK.contains(name)
                && !name.equals("localhost");
    }

    private static List<String> ownNames(Site site) {
        String full = site.host().toLowerCase(Locale.ROOT);
        return List.of(full, full.split("\\.", 2)[0]);
    }

    private static @Nullable String hostOf(String referer) {
        try {
            @Nullable String host = new URI(referer).getHost();
            return host == null ? null : host.replace("[", "").replace("]", "");
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static String withoutPort(String host) {
        int end = host.startsWith("[") ? host.indexOf(']') : host.indexOf(':');
        return (end < 0 ? host : host.substring(0, end)).replace("[", "").toLowerCase(Locale.ROOT);
    }

    private static boolean isAddress(String name) {
        return name.contains(":") || name.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }
}
