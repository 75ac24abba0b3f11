package io.opnmanager.tunnel.broker.access.browser;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * The broker's own cookies on hosts of sessions. {@code __Host-} keeps other hosts of the same
 * domain, firewalls' pages among them, from setting or reading them.
 */
final class EntryCookies {

    /** Holds the number behind a challenge while a browser is sent to the console and back. */
    static final String ENTERING = "__Host-opnmanager-entering";

    /** Says which browser was let in. */
    static final String SESSION = "__Host-opnmanager-session";

    private EntryCookies() {}

    /** The value of a cookie; null when there is none, or more than one. */
    static @Nullable String value(HttpServerRequest request, String name) {
        String found = null;
        for (String header : request.headers().getAll(HttpHeaders.COOKIE)) {
            for (String pair : header.split(";", -1)) {
                int equals = pair.indexOf('=');
                if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
                    if (found != null) {
                        return null;
                    }
                    found = pair.substring(equals + 1).strip();
                }
            }
        }
        return found;
    }

    /**
     * SameSite=None: the form with the ticket comes from the console, which may be another site.
     */
    static String entering(String nonce, int seconds) {
        return ENTERING
                + "="
                + nonce
                + "; Path=/; Max-Age="
                + seconds
                + "; Secure; HttpOnly; SameSite=None";
    }

    /** Without an age: it goes with the browser. */
    static String session(String cookie) {
        return SESSION + "=" + cookie + "; Path=/; Secure; HttpOnly; SameSite=Lax";
    }

    static String noSession() {
        return SESSION + "=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax";
    }
}
