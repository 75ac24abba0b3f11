package io.opnmanager.tunnel.agent.broker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call that the broker did not answer with what was asked for. */
public abstract sealed class BrokerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private BrokerFailure(String message) {
        super(message);
    }

    /** Whether the same call may succeed later. */
    public abstract boolean worthRetrying();

    /** No answer: not reachable, not trusted, or too slow. */
    public static final class Away extends BrokerFailure {
        private static final long serialVersionUID = 1L;

        Away(String message) {
            super(message);
        }

        @Override
        public boolean worthRetrying() {
            return true;
        }
    }

    /**
     * An answer that is a refusal: a problem document, or a bare status of something in between.
     */
    public static final class Refusal extends BrokerFailure {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final @Nullable Duration retryAfter;

        Refusal(int status, String code, String detail, @Nullable Duration retryAfter) {
            super("status=" + status + " code=" + code + " detail=" + detail);
            this.status = status;
            this.retryAfter = retryAfter;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** What the broker asked to wait. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }

        /** 401 and 403: this caller, or this caller for that object. */
        public boolean unauthorised() {
            return status == 401 || status == 403;
        }

        @Override
        public boolean worthRetrying() {
            return status == 408 || status == 429 || status >= 500;
        }
    }
}
