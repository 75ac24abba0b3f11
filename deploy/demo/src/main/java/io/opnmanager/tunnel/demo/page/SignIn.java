package io.opnmanager.tunnel.demo.page;

import io.vertx.core.MultiMap;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The front page: a form for whoever has not signed in, the way on for whoever has.
 *
 * @see <a href="https://github.com/opnsense/core">src/www/authgui.inc</a>: session_auth,
 *     display_login_form, display_error_form
 */
final class SignIn {

    static final String DASHBOARD = "/ui/core/dashboard";

    private final Visits visits;

    SignIn(Visits visits) {
        this.visits = visits;
    }

    void answer(Call call) {
        if (call.visit().isSignedIn()) {
            signedIn(call);
        } else if (Checks.isRebound(
                call.site(), call.host(), call.request().localAddress().hostAddress())) {
            error(call, "A potential DNS Rebind attack has been detected.");
        } else if (Checks.isForeignReferer(call.site(), call.request().getHeader("Referer"))) {
            error(
                    call,
                    "The HTTP_REFERER \""
                            + call.request().getHeader("Referer")
                            + "\" does not match the predefined settings.");
        } else if (call.isPost()) {
            Forms.read(call, fields -> check(call, fields));
        } else {
            form(call, "");
        }
    }

    private void signedIn(Call call) {
        if (call.request().params().contains("logout")) {
            visits.end(call.request(), call.visit());
            call.redirect("/");
        } else {
            call.redirect(DASHBOARD);
        }
    }

    private void check(Call call, MultiMap fields) {
        Site site = call.site();
        if (site.user().equals(fields.get("usernamefld"))
                && site.password().equals(fields.get("passwordfld"))) {
            visits.signIn(call.request(), call.visit(), site.user());
            call.redirect(next(call));
        } else {
            form(call, "Wrong username or password.");
        }
    }

    /** Where {@code ?url=} wants to, as an absolute address made of Host; else the dashboard. */
    private static String next(Call call) {
        @Nullable String wanted = call.request().getParam("url");
        if (wanted == null || wanted.isEmpty()) {
            return call.request().uri().equals("/") ? DASHBOARD : call.request().uri();
        }
        try {
            URI parts = new URI(wanted);
            String query = parts.getRawQuery() == null ? "" : "?" + parts.getRawQuery();
            return "https://"
                    + call.host()
                    + "/"
                    + parts.getRawPath().replaceFirst("^/+", "")
                    + query;
        } catch (URISyntaxException e) {
            return DASHBOARD;
        }
    }

    private static void form(Call call, String problem) {
        // The second cookie of that page: whether the browser keeps any.
        call.response()
                .headers()
                .add(
                        "Set-Cookie",
                        "cookie_test="
                                + call.visit().id().hashCode()
                                + "; Max-Age=3600; path=/; secure; HttpOnly");
        call.html("sign-in.html", Map.of("problem", problem));
    }

    /** Answered with 200, as there. */
    private static void error(Call call, String text) {
        call.html("error.html", Map.of("text", text));
    }
}
