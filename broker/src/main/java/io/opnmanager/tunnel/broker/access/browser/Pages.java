package io.opnmanager.tunnel.broker.access.browser;

import io.opnmanager.tunnel.broker.access.SessionAddresses;
import io.opnmanager.tunnel.broker.access.Standing;
import io.opnmanager.tunnel.contract.EndReason;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * What a person sees on a session's host instead of the firewall's page: what happened, what to do,
 * and the way to the console. Nothing in them comes from the firewall or from the address.
 */
@Singleton
class Pages {

    private final BrokerAnswers answers;
    private final String console;

    Pages(BrokerAnswers answers, SessionAddresses addresses) {
        this.answers = answers;
        this.console = addresses.console().toString();
    }

    /** One page: a heading, what happened, what to do, and where its link leads and is called. */
    private record Words(String title, String said, String advice, String path, String link) {}

    /** Nobody has let this browser in. */
    void notLetIn(HttpServerRequest request, long session) {
        answer(
                request,
                403,
                new Words(
                        "This browser has not been let in",
                        "The page behind this address belongs to a session that somebody opened in the console. Only their browser can see it.",
                        "If it is your session, open it from the console.",
                        "/connect?request=" + session,
                        "Open it from the console"));
    }

    /** A ticket was refused. */
    void refused(HttpServerRequest request, long session) {
        answer(
                request,
                403,
                new Words(
                        "The way in did not work",
                        "A way into a session works once, within seconds, and only in the browser that asked for it. This one was used before, came too late, or was meant for another browser or session.",
                        "Nothing is lost: the session goes on. Ask for a new way in.",
                        "/connect?request=" + session,
                        "Try again from the console"));
    }

    /** A page of somewhere else asked. */
    void foreign(HttpServerRequest request, long session) {
        answer(
                request,
                403,
                new Words(
                        "Another site asked for this page",
                        "A page of another address tried to use your session. That was not let through.",
                        "Go on in the window of the session, or open it from the console.",
                        "/connect?request=" + session,
                        "Open it from the console"));
    }

    /** The request is not active yet. */
    void notYet(HttpServerRequest request, long session) {
        answer(
                request,
                403,
                new Words(
                        "The session is not ready yet",
                        "The firewall is being asked to open the way to its page.",
                        "The console shows how far it is, and opens the page when it is there.",
                        "/connect?request=" + session,
                        "See how far it is"));
    }

    /** No such host. */
    void unknown(HttpServerRequest request) {
        answer(
                request,
                403,
                new Words(
                        "There is no session here",
                        "Every session has an address of its own, which nobody can guess and which is never used again. There is none at this one.",
                        "Open the firewall from the console.",
                        "/",
                        "Go to the console"));
    }

    /** Another node has the session. */
    void elsewhere(HttpServerRequest request, long session) {
        answer(
                request,
                421,
                new Words(
                        "This session is at another node",
                        "The line to the firewall ends at another node of the broker, which has an address of its own.",
                        "The console knows the way.",
                        "/connect?request=" + session,
                        "Open it from the console"));
    }

    /** The broker could not look. */
    void unavailable(HttpServerRequest request) {
        request.response().putHeader("Retry-After", "2");
        answer(
                request,
                503,
                new Words(
                        "One moment, please",
                        "The broker cannot reach its database right now, so it cannot let anybody in. Sessions that are open go on.",
                        "Try again in a few seconds.",
                        "/",
                        "Go to the console"));
    }

    /** Some other method, path or form than there is. */
    void notThere(HttpServerRequest request, int status) {
        answer(
                request,
                status,
                new Words(
                        "There is nothing here",
                        "This part of the address belongs to the broker, and it has no such page.",
                        "Go on in the window of the session, or open it from the console.",
                        "/",
                        "Go to the console"));
    }

    /**
     * The session is over. The browser is told to forget what it kept for this host, which no other
     * session will ever have.
     */
    void ended(HttpServerRequest request, Standing.Ended ended) {
        request.response()
                .putHeader("Clear-Site-Data", "\"cache\", \"cookies\", \"storage\"")
                .putHeader(HttpHeaders.SET_COOKIE, EntryCookies.noSession());
        answer(
                request,
                410,
                new Words(
                        "The session has ended",
                        why(ended.reason()),
                        "Nothing of it is left: the line, the port and this address are gone. Connect again to go on.",
                        "/firewalls/" + ended.firewall(),
                        "Go to the firewall in the console"));
    }

    private static String why(@Nullable EndReason reason) {
        if (reason == null) {
            return "It is over.";
        }
        return switch (reason) {
            case CLOSED -> "It was closed.";
            case WINDOW_GONE -> "Its last window was closed, or no window gave a sign any more.";
            case HEARTBEAT_MISSED -> "Nobody said any more that it is needed.";
            case LINE_LOST -> "The line to the firewall broke.";
            case PROBE_FAILED -> "The firewall's page did not answer any more.";
            case AGENT_CLOSED -> "The firewall's side closed it.";
            case AGENT_FAILED -> "The firewall's side could not open it.";
            case DEADLINE -> "The firewall did not open it in time.";
            case LIFETIME -> "Its time was over.";
            case IDLE -> "Nothing went through it for a long time.";
            case BYTE_LIMIT -> "As many bytes went through it as it was allowed.";
            case CERTIFICATE_CHANGED ->
                    "The firewall's page showed another certificate than before. That can be a renewal or somebody in between; the console shows both.";
            case CREDENTIAL_REVOKED -> "The firewall's access to the broker was withdrawn.";
            case RIGHTS_WITHDRAWN -> "Your access to this firewall was withdrawn.";
            case BROKER_STOPPED -> "The broker was stopped.";
            case BROKER_RESTARTED -> "The broker was restarted.";
            case NODE_LOST -> "The node that held the line is gone.";
        };
    }

    private void answer(HttpServerRequest request, int status, Words words) {
        String body =
                """
                <p>%s</p>
                <p class="quiet">%s</p>
                <a href="%s">%s</a>\
                """
                        .formatted(
                                words.said(), words.advice(), console + words.path(), words.link());
        answers.begin(request, status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                .putHeader("Content-Security-Policy", Card.POLICY);
        answers.end(request, Buffer.buffer(Card.html(words.title(), "", body)));
    }
}
