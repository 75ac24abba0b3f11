package io.opnmanager.tunnel.broker.problem;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A refusal. Its message goes to the caller: it says what was wanted and what was found, and never
 * a secret.
 */
public final class Problem extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final ProblemCode code;
    private final transient @Nullable Duration retryAfter;

    public Problem(ProblemCode code, String detail) {
        this(code, detail, null);
    }

    /**
     * A refusal that may go away: {@code retryAfter} is answered in whole seconds, at least one.
     */
    public Problem(ProblemCode code, String detail, @Nullable Duration retryAfter) {
        // No stack trace: a refusal is an answer, and the messages stand in one place each.
        super(detail, null, false, false);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    public ProblemCode code() {
        return code;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
