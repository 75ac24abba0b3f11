package io.opnmanager.tunnel.tunnelctl.broker;

import io.opnmanager.tunnel.contract.ProblemDocument;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
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

        private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);
        private static final int LONGEST_DETAIL = 500;

        private final int status;
        private final String code;
        private final @Nullable Duration retryAfter;

        Refusal(int status, String code, String detail, @Nullable Duration retryAfter) {
            super("%s (%s, HTTP %d)".formatted(detail, code, status), null);
            this.status = status;
            this.code = code;
            this.retryAfter = retryAfter;
        }

        /** What an answer says; {@code body} may be a problem document. */
        static Refusal of(HttpResponse<?> answer, byte[] body) {
            String code = "";
            String detail = "the broker refused";
            try {
                ProblemDocument problem = Json.MAPPER.readValue(body, ProblemDocument.class);
                if (problem.code() != null && problem.detail() != null) {
                    code = problem.code();
                    detail = printable(problem.detail());
                }
            } catch (IOException e) {
                // A bare status of something between us and the broker.
            }
            return new Refusal(
                    answer.statusCode(),
                    code.isEmpty() ? "no_code" : code,
                    detail,
                    retryAfter(answer.headers().firstValue("Retry-After")));
        }

        private static @Nullable Duration retryAfter(Optional<String> header) {
            return header.filter(text -> text.strip().matches("\\d{1,9}"))
                    .map(text -> Duration.ofSeconds(Long.parseLong(text.strip())))
                    .map(wait ->
                            wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER)
                    .orElse(null);
        }

        private static String printable(String text) {
            String line = text.replaceAll("\\p{Cntrl}", " ");
            return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
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
