package io.opnmanager.tunnel.demo.page;

import io.vertx.core.http.HttpServerRequest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of the page, known by the cookie PHPSESSID. Runs on the server's only event loop.
 *
 * @see <a href="https://github.com/opnsense/core">src/www/authgui.inc</a>: session_auth, and
 *     src/opnsense/mvc/app/library/OPNsense/Mvc/Security.php: getToken, getTokenKey
 */
final class Visits {

    static final String COOKIE = "PHPSESSID";
    private static final int AT_MOST = 1_000;
    private static final int TOKEN_BYTES = 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Map<String, Visit> known =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Visit> eldest) {
                    return size() > AT_MOST;
                }
            };

    /**
     * One session.
     *
     * @param id the cookie's value
     * @param user who signed in; empty as long as nobody did
     * @param tokenName the form field against forged forms: its name is random too
     * @param token what that field, or the header X-CSRFToken, has to say
     */
    record Visit(String id, String user, String tokenName, String token) {
        boolean isSignedIn() {
            return !user.isEmpty();
        }
    }

    /** The visit of this request; a new one, and its cookie in the answer, when there is none. */
    Visit of(HttpServerRequest request) {
        List<String> ids = ids(request);
        // Two of them, from two scopes of one browser, and nobody stays signed in (core #9411).
        @Nullable Visit visit = ids.size() == 1 ? known.get(ids.getFirst()) : null;
        return visit == null ? begin(request, "") : visit;
    }

    /** Another id from now on, so that one known before is worth nothing. */
    Visit signIn(HttpServerRequest request, Visit before, String user) {
        known.remove(before.id);
        return begin(request, user);
    }

    void end(HttpServerRequest request, Visit visit) {
        known.remove(visit.id);
        request.response()
                .headers()
                .add(
                        "Set-Cookie",
                        COOKIE
                                + "=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; path=/; secure; HttpOnly");
    }

    private Visit begin(HttpServerRequest request, String user) {
        Visit visit = new Visit(random(), user, random(), random());
        known.put(visit.id, visit);
        // No Domain, as PHP writes it. SameSite is what browsers take for one that does not say.
        request.response()
                .headers()
                .add(
                        "Set-Cookie",
                        COOKIE + "=" + visit.id + "; path=/; secure; HttpOnly; SameSite=Lax");
        return visit;
    }

    private static List<String> ids(HttpServerRequest request) {
        return request.headers().getAll("Cookie").stream()
                .flatMap(line -> List.of(line.split(";", -1)).stream())
                .map(String::strip)
                .filter(cookie -> cookie.startsWith(COOKIE + "="))
                .map(cookie -> cookie.substring(COOKIE.length() + 1))
                .toList();
    }

    private static String random() {
        byte[] bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
