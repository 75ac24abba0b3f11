package io.opnmanager.tunnel.broker.console;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.regex.Pattern;

/** The console's addresses: its pages, the files that these are made of, and nothing else. */
@ApplicationScoped
class ConsoleRoutes {

    /**
     * Behind the session hosts, which are other origins; before the files that Quarkus would serve
     * without headers.
     */
    private static final int ORDER = -500;

    private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
    private static final Pattern FILE =
            Pattern.compile(
                    "/(static/bundle/(assets/)?[A-Za-z0-9_-]{1,80}\\.(js|css|woff2|svg)|icon\\.svg)");

    private final BrowserRules rules;
    private final Files files;

    ConsoleRoutes(BrowserRules rules, Files files) {
        this.rules = rules;
        this.files = files;
    }

    void route(@Observes Router router) {
        router.route().order(ORDER).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        String path = context.normalizedPath();
        if (path.startsWith("/api/")) {
            // RFC 9110 §6.6.1. The console's countdowns are measured against it.
            context.response()
                    .putHeader(
                            HttpHeaders.DATE,
                            DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                    ZonedDateTime.now(ZoneOffset.UTC)));
            context.next();
        } else if (!READS.contains(context.request().method())) {
            context.next();
        } else if (Pages.has(path)) {
            // The rules are read from the database now and then, which the event loop must not wait
            // for.
            Thread.ofVirtual().name("console-page").start(() -> page(context));
        } else if (FILE.matcher(path).matches()) {
            file(context, path);
        } else if (path.equals("/index.html") || path.startsWith("/static/")) {
            context.fail(404);
        } else {
            context.next();
        }
    }

    private void page(RoutingContext context) {
        HttpServerResponse response = context.response();
        rules.page(response.headers());
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        context.vertx().runOnContext(_ -> send(context, files.page()));
    }

    private void file(RoutingContext context, String path) {
        Files.File file = files.at(path);
        if (file == null) {
            context.fail(404);
            return;
        }
        HttpServerResponse response = context.response();
        BrowserRules.common(response.headers());
        response.putHeader(
                HttpHeaders.CACHE_CONTROL,
                path.startsWith("/static/")
                        ? "public, max-age=31536000, immutable"
                        : "public, max-age=86400");
        send(context, file);
    }

    private static void send(RoutingContext context, Files.File file) {
        HttpServerResponse response = context.response();
        if (response.closed()) {
            return;
        }
        String accepted = context.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
        byte[] packed = file.packed();
        boolean pack = packed.length > 0 && accepted != null && accepted.contains("gzip");
        byte[] bytes = pack ? packed : file.plain();
        response.putHeader(HttpHeaders.CONTENT_TYPE, file.type())
                .putHeader(HttpHeaders.VARY, "Accept-Encoding")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(bytes.length));
        if (pack) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.end();
        } else {
            response.end(Buffer.buffer(bytes));
        }
    }
}
