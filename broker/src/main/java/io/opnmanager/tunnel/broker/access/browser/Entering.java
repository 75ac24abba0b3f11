package io.opnmanager.tunnel.broker.access.browser;

import io.opnmanager.tunnel.broker.access.AccessMetrics;
import io.opnmanager.tunnel.broker.access.AccessMetrics.EntryResult;
import io.opnmanager.tunnel.broker.access.Entries;
import io.opnmanager.tunnel.broker.access.LiveSession;
import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.opnmanager.tunnel.broker.access.SessionAddresses;
import io.opnmanager.tunnel.broker.identity.Secrets;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a browser gets into a session, without a secret ever standing in an address. It comes here,
 * gets a number that it keeps, and goes to the console with the hash of it; the console, where the
 * operator is signed in, gets a ticket for that hash and has the browser post it here. The ticket
 * alone is of no use in another browser, and the number alone is of no use at all.
 *
 * <p>On event loops.
 */
@Singleton
class Entering {

    private static final Duration NUMBER_KEPT = Duration.ofSeconds(60);
    private static final int LONGEST_FORM = 1_024;
    private static final Pattern FORM = Pattern.compile("ticket=(opt_[A-Za-z0-9_-]{43})");
    private static final Pattern NUMBER = Pattern.compile("[A-Za-z0-9_-]{43}");

    private final Vertx vertx;
    private final SessionAddresses addresses;
    private final Entries entries;
    private final AccessMetrics metrics;
    private final Replies replies;

    Entering(
            Vertx vertx,
            SessionAddresses addresses,
            Entries entries,
            AccessMetrics metrics,
            Replies replies) {
        this.vertx = vertx;
        this.addresses = addresses;
        this.entries = entries;
        this.metrics = metrics;
        this.replies = replies;
    }

    /** What answers are made of, apart only to keep constructors short. */
    @Singleton
    static class Replies {
        private final BrokerAnswers answers;
        private final Pages pages;
        private final OffEventLoop blocking;
        private final Relays relays;
        private final LiveSessions sessions;

        Replies(
                BrokerAnswers answers,
                Pages pages,
                OffEventLoop blocking,
                Relays relays,
                LiveSessions sessions) {
            this.sessions = sessions;
            this.answers = answers;
            this.pages = pages;
            this.blocking = blocking;
            this.relays = relays;
        }
    }

    /** The one path of it. */
    void handle(HttpServerRequest request, LiveSession session) {
        HttpMethod method = request.method();
        if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
            begin(request, session);
        } else if (method.equals(HttpMethod.POST)) {
            finish(request, session);
        } else {
            request.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD, POST");
            replies.pages.notThere(request, 405);
        }
    }

    private void begin(HttpServerRequest request, LiveSession session) {
        String cookie = EntryCookies.value(request, EntryCookies.SESSION);
        if (cookie != null && replies.sessions.admits(session, cookie)) {
            replies.answers.redirect(request, "/");
            return;
        }
        // Two windows of one browser may come in at the same time: they share the number.
        String kept = EntryCookies.value(request, EntryCookies.ENTERING);
        String nonce = kept != null && NUMBER.matcher(kept).matches() ? kept : Secrets.newToken("");
        request.response()
                .putHeader(
                        HttpHeaders.SET_COOKIE,
                        EntryCookies.entering(nonce, (int) NUMBER_KEPT.toSeconds()));
        String challenge =
                Base64.getUrlEncoder().withoutPadding().encodeToString(Secrets.hash(nonce));
        replies.answers.redirect(
                request,
                "%s/connect?request=%d&challenge=%s"
                        .formatted(addresses.console(), session.request(), challenge));
    }

    private void finish(HttpServerRequest request, LiveSession session) {
        if (!Provenance.isConsole(request, addresses.console())) {
            refuse(request, session, EntryResult.FOREIGN_PAGE);
            return;
        }
        SmallBody.read(vertx, request, LONGEST_FORM)
                .onSuccess(form -> show(request, session, form))
                .onFailure(broken -> refuse(request, session, EntryResult.MALFORMED));
    }

    private void show(HttpServerRequest request, LiveSession session, String form) {
        Matcher ticket = FORM.matcher(form);
        if (!ticket.matches()) {
            refuse(request, session, EntryResult.MALFORMED);
            return;
        }
        String nonce = EntryCookies.value(request, EntryCookies.ENTERING);
        SocketAddress remote = request.remoteAddress();
        @Nullable String address = remote == null ? null : remote.hostAddress();
        replies.blocking.run(
                request,
                () -> {
                    Entries.Shown shown = entries.show(session, ticket.group(1), nonce, address);
                    if (shown instanceof Entries.Shown.LetIn) {
                        replies.relays.prepare(session);
                    }
                    return shown;
                },
                shown -> {
                    switch (shown) {
                        case Entries.Shown.LetIn in -> letIn(request, in.cookie());
                        case Entries.Shown.Refused _ ->
                                replies.pages.refused(request, session.request());
                    }
                });
    }

    private void letIn(HttpServerRequest request, String cookie) {
        request.response()
                .headers()
                .add(HttpHeaders.SET_COOKIE, EntryCookies.session(cookie))
                .add(HttpHeaders.SET_COOKIE, EntryCookies.entering("", 0));
        replies.answers.redirect(request, "/");
    }

    /** Before any ticket was looked at. */
    private void refuse(HttpServerRequest request, LiveSession session, EntryResult why) {
        metrics.entry(why);
        replies.pages.refused(request, session.request());
    }
}
