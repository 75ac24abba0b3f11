package io.opnmanager.tunnel.demo.page;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Map;

/**
 * A request and whose it is.
 *
 * @param request as it came
 * @param visit its session
 * @param site whose page it is
 */
record Call(HttpServerRequest request, Visits.Visit visit, Site site) {

    /** What handles it: answers in every case. */
    @FunctionalInterface
    interface Page {
        void answer(Call call);
    }

    HttpServerResponse response() {
        return request.response();
    }

    boolean isPost() {
        return request.method().name().equals("POST");
    }

    /**
     * A page of the firewall with the headers of one.
     *
     * @see <a
     *     href="https://github.com/opnsense/core">src/opnsense/mvc/app/controllers/OPNsense/Base/ControllerBase.php</a>:
     *     the policies as they are written there, blanks included
     */
    void html(String template, Map<String, String> values) {
        Map<String, String> all = new HashMap<>(values);
        all.put("name", site.name());
        all.put("host", site.host());
        all.put("hue", Integer.toString(site.hue()));
        all.put("user", visit.user());
        all.put("tokenName", visit.tokenName());
        all.put("token", visit.token());
        response()
                .putHeader("Content-Type", "text/html; charset=UTF-8")
                .putHeader(
                        "Content-Security-Policy",
                        "default-src 'self' ;img-src 'self' data: blob: ;script-src 'self' 'unsafe-inline' 'unsafe-eval' ;"
                                + "style-src 'self' 'unsafe-inline' 'unsafe-eval' ;")
                .putHeader("X-Frame-Options", "SAMEORIGIN")
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("X-XSS-Protection", "1; mode=block")
                .putHeader("Referrer-Policy", "same-origin")
                .putHeader("Cache-Control", "no-store, no-cache, must-revalidate")
                .end(Templates.page(template, all));
    }

    void json(String text) {
        response().putHeader("Content-Type", "application/json; charset=UTF-8").end(text);
    }

    void text(int status, String text) {
        response()
                .setStatusCode(status)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(text);
    }

    void redirect(String location) {
        response().setStatusCode(302).putHeader("Location", location).end();
    }

    /** What Host said: absolute addresses are made of it. */
    String host() {
        String host = request.getHeader("Host");
        return host == null ? "" : host;
    }
}
