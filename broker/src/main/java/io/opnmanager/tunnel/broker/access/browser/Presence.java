package io.opnmanager.tunnel.broker.access.browser;

import io.opnmanager.tunnel.broker.access.AccessMetrics;
import io.opnmanager.tunnel.broker.access.LiveSession;
import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.opnmanager.tunnel.broker.access.SessionEnds;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The signs that windows of a session give: the script that stands in every page, its beats and its
 * farewells. Only for browsers that were let in. On event loops.
 */
@Singleton
class Presence {

    private static final Pattern TAB = Pattern.compile("[A-Za-z0-9_-]{16,64}");
    private static final int LONGEST_BODY = 256;
    private static final String SCRIPT = "presence.js";
    private static final String WORKER = "presence-worker.js";

    private final Vertx vertx;
    private final SessionEnds ends;
    private final BrokerAnswers answers;
    private final AccessMetrics metrics;
    private final Buffer script;
    private final Buffer worker;

    Presence(
            Vertx vertx,
            LiveSessions sessions,
            SessionEnds ends,
            BrokerAnswers answers,
            AccessMetrics metrics) {
        this.vertx = vertx;
        this.ends = ends;
        this.answers = answers;
        this.metrics = metrics;
        String beat = Long.toString(sessions.beat().toMillis());
        this.script = Buffer.buffer(text(SCRIPT).replace("BEAT_MILLISECONDS", beat));
        this.worker = Buffer.buffer(text(WORKER).replace("BEAT_MILLISECONDS", beat));
    }

    private static String text(String name) {
        try (InputStream file =
                Presence.class.getClassLoader().getResourceAsStream("presence/" + name)) {
            if (file == null) {
                throw new IllegalStateException("the broker was built without presence/" + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Answers what is asked below {@code /.opnmanager/}, if it is one of these.
     *
     * @return whether it was
     */
    boolean handle(HttpServerRequest request, LiveSession session, String name) {
        switch (name) {
            case SCRIPT -> {
                session.scriptAsked();
                script(request, script);
            }
            case WORKER -> script(request, worker);
            case "presence" -> posted(request, tab -> beat(request, session, tab));
            case "left" -> posted(request, tab -> left(request, session, tab));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void script(HttpServerRequest request, Buffer text) {
        answers.begin(request, 200)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/javascript; charset=utf-8")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        answers.end(request, text);
    }

    private void posted(HttpServerRequest request, Consumer<String> then) {
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            answers.empty(request, 405);
            return;
        }
        SmallBody.read(vertx, request, LONGEST_BODY)
                .onSuccess(tab -> {
                    if (TAB.matcher(tab).matches()) {
                        then.accept(tab);
                    } else {
                        answers.empty(request, 400);
                    }
                })
                .onFailure(broken -> answers.empty(request, 400));
    }

    private void beat(HttpServerRequest request, LiveSession session, String tab) {
        if (session.beat(tab)) {
            answers.empty(request, 204);
        } else {
            metrics.refused(AccessMetrics.Refusal.TOO_MANY_TABS);
            answers.empty(request, 429);
        }
    }

    private void left(HttpServerRequest request, LiveSession session, String tab) {
        ends.left(session, tab);
        answers.empty(request, 204);
    }
}
