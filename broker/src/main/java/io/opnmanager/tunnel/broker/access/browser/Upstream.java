package io.opnmanager.tunnel.broker.access.browser;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What a session's page is, and between which two names of the page the relay translates.
 *
 * @param request the request of the session, for the log
 * @param scheme {@code https} or {@code http}: what the page speaks, as the target says
 * @param certificateSha256 SHA-256 of the only certificate that is accepted; needed for https
 * @param authority host, and port unless it is the scheme's own, by which the page knows itself
 * @param kind of firewall: names the profile
 * @param sessionOrigin scheme, host and port under which the browser sees the page
 */
@SuppressWarnings("ArrayRecordComponent") // compared in constant time only, never with equals
record Upstream(
        long request,
        String scheme,
        byte @Nullable [] certificateSha256,
        String authority,
        String kind,
        URI sessionOrigin) {

    Upstream {
        boolean tls = scheme.equals("https");
        if (!tls && !scheme.equals("http")) {
            throw new IllegalArgumentException("wanted https or http, found " + scheme);
        }
        if (tls && certificateSha256 == null) {
            throw new IllegalArgumentException("https is spoken only with a pinned certificate");
        }
    }

    /** Whether it is spoken to over TLS. */
    boolean isTls() {
        return scheme.equals("https");
    }

    /** Scheme and authority by which the page knows itself. */
    String origin() {
        return scheme + "://" + authority;
    }
}
