package io.opnmanager.tunnel.demo.page;

import io.vertx.core.MultiMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Forms and calls that change something need the session's token: a hidden field with a random
 * name, or the header X-CSRFToken.
 *
 * @see <a href="https://github.com/opnsense/core">src/www/csrf.inc</a>: checkToken
 */
final class Forms {

    private static final String REFUSAL =
            """
            <html><head><title>CSRF check failed</title></head><body><p>CSRF check failed. Your form session may have expired, \
            or you may not have cookies enabled.</p></body></html>
            """;

    private Forms() {}

    /** Reads the fields and goes on with them, or refuses. */
    static void read(Call call, Consumer<MultiMap> next) {
        var request = call.request();
        @Nullable String type = request.getHeader("Content-Type");
        // A call of a script may come without any body.
        request.setExpectMultipart(type != null);
        request.endHandler(ended -> {
            MultiMap fields = request.formAttributes();
            if (hasToken(call, fields)) {
                next.accept(fields);
            } else {
                refuse(call);
            }
        });
    }

    static boolean hasToken(Call call, MultiMap fields) {
        @Nullable String field = fields.get(call.visit().tokenName());
        @Nullable String given =
                field == null || field.isEmpty() ? call.request().getHeader("X-CSRFToken") : field;
        return call.visit().token().equals(given);
    }

    static void refuse(Call call) {
        call.response()
                .setStatusCode(403)
                .putHeader("Content-Type", "text/html; charset=UTF-8")
                .end(REFUSAL);
    }
}
