package io.opnmanager.tunnel.tunnelctl.broker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call that the broker did not answer with what was asked for. */
public abstract sealed class BrokerFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private BrokerFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether the same call may succeed later. */
    public abstract boolean worthRetrying();

    /** No answer: not reachable, not trusted, or too slow. */
    public static final class Away extends BrokerFailure {
        private static final long serialVersionUID = 1L;

        Away(String message, Throwable cause) {
            super(message, cause);
        }

        @Override
        public boolean worthRetrying() {
            return true;
        }
    }

    /** An answer that is a refusal: a problem document, or a bare status of something between. */
    public static final class Refusal extends BrokerFailure {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String code;
        private final @Nullable Duration retryAfter;

        Refusal(int status, String code, String detail, @Nullable Duration retryAfter) {
            super("%s (%s, HTTP %d)".formatted(detail, code, status), null);
            this.status = status;
            this.code = code;
            this.retryAfter = retryAfter;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** The stable word of the problem; empty when it is no problem document. */
        public String code() {
            return code;
        }

        /** What the broker asked to wait. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }

        @Override
        public boolean worthRetrying() {
            return status == 408 || status == 429 || status >= 500;
        }
    }
}
