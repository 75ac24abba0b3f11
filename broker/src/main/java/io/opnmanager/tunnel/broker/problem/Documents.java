package io.opnmanager.tunnel.broker.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.ProblemDocument.Violation;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Writes problem documents, the same for the resources and for what never reaches one. */
@Singleton
class Documents {

    static final String BEARER = "Bearer realm=\"OPNManager Tunnel\"";

    /** RFC 7617 §2: names and passwords are UTF-8. */
    static final List<String> CHALLENGES =
            List.of("Basic realm=\"OPNManager Tunnel\", charset=\"UTF-8\"", BEARER);

    private static final Logger LOG = Logger.getLogger(Documents.class);

    private final ObjectMapper mapper;

    Documents(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    byte[] json(ProblemCode code, String detail, @Nullable List<Violation> violations) {
        Response.Status status = Response.Status.fromStatusCode(code.status());
        ProblemDocument document =
                new ProblemDocument(
                        "about:blank",
                        status.getReasonPhrase(),
                        code.status(),
                        code.word(),
                        detail,
                        violations);
        try {
            return mapper.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "a problem document of plain text could not be written", e);
        }
    }

    Response answer(Problem problem) {
        return answer(problem.code(), text(problem), null, problem.retryAfter());
    }

    Response answer(
            ProblemCode code,
            String detail,
            @Nullable List<Violation> violations,
            @Nullable Duration retryAfter) {
        Response.ResponseBuilder answer =
                Response.status(code.status())
                        .type(ProblemDocument.MEDIA_TYPE)
                        .entity(json(code, detail, violations));
        if (code.status() == Response.Status.UNAUTHORIZED.getStatusCode()) {
            CHALLENGES.forEach(challenge -> answer.header(HttpHeaders.WWW_AUTHENTICATE, challenge));
        }
        if (retryAfter != null) {
            answer.header(HttpHeaders.RETRY_AFTER, seconds(retryAfter));
        }
        return answer.build();
    }

    /** Logs what happened under a number; the answer carries the number and nothing else. */
    String incident(Throwable failure) {
        String incident = UUID.randomUUID().toString();
        LOG.errorf(failure, "request failed: incident=%s", incident);
        return "a fault of the broker; its log says more under incident " + incident;
    }

    /** Whole seconds (RFC 9110 §10.2.3), rounded up, at least one. */
    private static long seconds(Duration duration) {
        return Math.max(1, duration.plusMillis(999).toSeconds());
    }

    private static String text(Problem problem) {
        String message = problem.getMessage();
        return message == null ? problem.code().word() : message;
    }
}
