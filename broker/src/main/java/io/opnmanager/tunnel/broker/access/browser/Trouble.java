package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import org.jspecify.annotations.Nullable;

/** Why a request was answered by the relay and not by the firewall's page. */
enum Trouble {
    MALFORMED(400, "This request is not valid HTTP", "Reload the page."),
    CROSS_SITE(
            403,
            "Another site asked for this",
            "Only the firewall's own page may open a connection here."),
    METHOD(405, "This method is not relayed", "CONNECT and TRACE mean the relay, not the page."),
    EXPECTATION(417, "This expectation is not known", "Only Expect: 100-continue is."),
    HEADERS(431, "This request has too many headers", "Clear the cookies of this host and reload."),
    UNREACHABLE(
            502,
            "The firewall's page cannot be reached",
            "The tunnel is up, but nothing answers behind it. Wait a moment and reload. If it stays so, the firewall's web"
                    + " server may be restarting or switched off."),
    BROKEN(
            502,
            "The firewall's page broke off",
            "It closed the connection without a whole answer. Reload; when that changed something, look first whether it"
                    + " was done."),
    WRONG_CERTIFICATE(
            502,
            "The firewall shows another certificate",
            "It is not the one that was pinned, so nothing was sent to it. Look at the firewall by another way. If it was"
                    + " renewed, accept the new certificate in the console and connect again."),
    ASIDE(
            502,
            "The page sends you to another port of the firewall",
            "This session leads to one port only. Connect again, with the scheme and port of the page as the target."),
    BUSY(
            503,
            "Too many requests wait for this firewall",
            "Close tabs that load without end, and reload."),
    SILENT(
            504,
            "The firewall's page does not answer",
            "It was asked and said nothing for a long time. It may still be working on it: look before you ask again."),
    ENDED(502, "This session has ended", "Connect again in the console.");

    /** Causes of causes are looked at so deep. */
    private static final int DEEPEST = 10;

    final int status;
    final String title;
    final String advice;

    Trouble(int status, String title, String advice) {
        this.status = status;
        this.title = title;
        this.advice = advice;
    }

    /**
     * What a failure on the way to the firewall means to who looks at it.
     *
     * @param connected whether there was a connection, and with that perhaps something sent
     */
    static Trouble behind(Throwable failure, boolean connected) {
        if (has(failure, PinnedCertificate.Wrong.class)) {
            return Trouble.WRONG_CERTIFICATE;
        }
        if (has(failure, ConnectionPoolTooBusyException.class)) {
            return Trouble.BUSY;
        }
        if (has(failure, ConnectTimeoutException.class)) {
            return Trouble.SILENT;
        }
        return connected ? Trouble.BROKEN : Trouble.UNREACHABLE;
    }

    private static boolean has(Throwable failure, Class<? extends Throwable> type) {
        @Nullable Throwable cause = failure;
        for (int i = 0; i < DEEPEST && cause != null; i++) {
            if (type.isInstance(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
