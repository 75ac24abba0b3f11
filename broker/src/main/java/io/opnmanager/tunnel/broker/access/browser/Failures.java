package io.opnmanager.tunnel.broker.access.browser;

import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a failure on the way to the firewall means to who looks at it. */
final class Failures {

    private static final int DEEPEST = 10;

    private Failures() {}

    /**
     * The trouble behind a failure.
     *
     * @param connected whether there was a connection, and with that perhaps something sent
     */
    static Trouble trouble(Throwable failure, boolean connected) {
        if (has(failure, PinnedCertificate.Wrong.class)) {
            return Trouble.WRONG_CERTIFICATE;
        }
        if (has(failure, ConnectionPoolTooBusyException.class)) {
            return Trouble.BUSY;
        }
        if (has(failure, SslHandshakeTimeoutException.class)) {
            return Trouble.SILENT;
        }
        if (connected) {
            return Trouble.BROKEN;
        }
        return has(failure, TimeoutException.class) ? Trouble.BUSY : Trouble.UNREACHABLE;
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
