package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.remote.Backoff;
import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.time.Duration;

/** Tries again until the patience is over. Used by one thread. */
final class Dialling {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** One attempt. */
    @FunctionalInterface
    interface Attempt {
        GatewayLine dial(Duration left) throws IOException, InterruptedException;
    }

    private Dialling() {}

    /** What will not come about by waiting. */
    static final class Hopeless extends IOException {
        private static final long serialVersionUID = 1L;

        Hopeless(String message) {
            super(message);
        }
    }

    static GatewayLine within(Duration patience, Attempt attempt)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        Backoff backoff = new Backoff(FIRST, LONGEST);
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            try {
                return attempt.dial(left);
            } catch (IOException e) {
                if (e instanceof Hopeless || isDistrust(e) || left.isZero()) {
                    throw e;
                }
            } catch (BrokerFailure e) {
                if (!e.worthRetrying() || left.isZero()) {
                    throw new IOException(e.getMessage(), e);
                }
            }
            Duration wait = backoff.next();
            Thread.sleep(wait.compareTo(left) < 0 ? wait : left);
        }
    }

    /** Whether the gateway's certificate is the reason: another attempt would see the same. */
    private static boolean isDistrust(IOException e) {
        Throwable cause = e;
        for (int depth = 0; depth < 20 && cause != null; depth++) {
            if (cause instanceof CertificateException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
