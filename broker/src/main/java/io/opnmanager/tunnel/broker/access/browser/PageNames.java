package io.opnmanager.tunnel.broker.access.browser;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Translates between the two names of a page: the session's origin, which the browser sees, and the
 * one by which the page knows itself.
 */
final class PageNames {

    private static final Pattern ABSOLUTE =
            Pattern.compile("(?i)\\s*(?:(https?):)?//([^/?#\\\\]*)([/?#\\\\].*)?");
    private static final Pattern REFRESH =
            Pattern.compile(
                    "(?is)(\\s*[\\d.]+\\s*[;,]\\s*(?:url\\s*=\\s*)?(['\"]?))(.*?)(\\2\\s*)");

    /** Names by which every machine calls itself. */
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Place session;
    private final Place page;
    private final Place called;

    PageNames(Upstream upstream, Profile profile) {
        this.session = Place.of(upstream.sessionOrigin());
        this.page = Place.of(upstream.scheme(), upstream.authority());
        this.called =
                switch (profile.names()) {
                    case TARGET -> page;
                    case SESSION -> session;
                };
    }

    /** What the page finds in Host. */
    String host() {
        return called.authority();
    }

    /** Host name of the page for TLS, without brackets and port. */
    String tlsName() {
        String host = page.host();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Whether this Origin is the session's own. */
    boolean isSession(@Nullable String origin) {
        return origin != null && session.origin().equals(origin.toLowerCase(Locale.ROOT));
    }

    /** What the page finds in Origin. Another site's stays, so that the page can refuse it. */
    String origin(String origin) {
        return isSession(origin) ? called.origin() : origin;
    }

    /**
     * What the page finds in Referer.
     *
     * @return {@code null} for none: of other sites, the console among them, a page learns nothing,
     *     and firewalls refuse a request that comes from one
     */
    @Nullable String referer(String referer) {
        Matcher parts = ABSOLUTE.matcher(referer);
        if (!parts.matches() || parts.group(1) == null) {
            return null;
        }
        if (!session.equals(Place.of(parts.group(1), parts.group(2)))) {
            return null;
        }
        return called.origin() + orEmpty(parts.group(3));
    }

    /** An address in an answer: those that name the page lead to the session, others stay. */
    String address(String address) {
        Matcher parts = ABSOLUTE.matcher(address);
        if (!parts.matches()) {
            return address;
        }
        Place place = Place.of(orElse(parts.group(1), page.scheme()), parts.group(2));
        return isPage(place) ? session.origin() + orEmpty(parts.group(3)) : address;
    }

    /** The address in a Refresh header, treated as {@link #address}. */
    String refresh(String value) {
        Matcher parts = REFRESH.matcher(value);
        return parts.matches() ? parts.group(1) + address(parts.group(3)) + parts.group(4) : value;
    }

    /**
     * Whether an address leads to another port of the firewall itself: the browser would look for
     * it on its own machine.
     */
    boolean leadsAside(String address) {
        Matcher parts = ABSOLUTE.matcher(address);
        if (!parts.matches()) {
            return false;
        }
        Place place = Place.of(orElse(parts.group(1), page.scheme()), parts.group(2));
        return LOOPBACK.contains(place.host()) && !isPage(place) && !place.equals(session);
    }

    private boolean isPage(Place place) {
        boolean ownName = place.host().equals(page.host()) || LOOPBACK.contains(place.host());
        boolean ownPort = place.scheme().equals(page.scheme()) && place.port() == page.port();
        // A page that builds addresses from Host and its own scheme names the session's host.
        boolean calledSo = place.authority().equals(session.authority());
        return calledSo || (ownName && ownPort);
    }

    private static String orEmpty(@Nullable String group) {
        return group == null ? "" : group;
    }

    private static String orElse(@Nullable String group, String otherwise) {
        return group == null ? otherwise : group;
    }

    /** Scheme, host and port, in lower case and with the port written out. */
    private record Place(String scheme, String host, int port) {

        static Place of(URI origin) {
            return of(origin.getScheme(), origin.getRawAuthority());
        }

        static Place of(String scheme, String authority) {
            String lowered = scheme.toLowerCase(Locale.ROOT);
            String place = authority.substring(authority.lastIndexOf('@') + 1);
            int colon = place.lastIndexOf(':');
            boolean hasPort = colon > place.lastIndexOf(']');
            String host = hasPort ? place.substring(0, colon) : place;
            return new Place(
                    lowered,
                    host.toLowerCase(Locale.ROOT),
                    hasPort ? number(place.substring(colon + 1), lowered) : ofScheme(lowered));
        }

        private static int number(String digits, String scheme) {
            if (digits.isEmpty()) {
                return ofScheme(scheme);
            }
            return digits.matches("\\d{1,5}") ? Integer.parseInt(digits) : -1;
        }

        private static int ofScheme(String scheme) {
            return scheme.equals("https") ? 443 : 80;
        }

        String authority() {
            return port == ofScheme(scheme) ? host : host + ":" + port;
        }

        String origin() {
            return scheme + "://" + authority();
        }
    }
}
