package io.opnmanager.tunnel.broker.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.event.Event;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * What is thrown becomes a problem document here and nowhere else. Runs on the thread of the
 * request, which may be an event loop.
 */
@Singleton
class ProblemAnswers {

    private static final Logger LOG = Logger.getLogger(ProblemAnswers.class);
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);

    private final Documents documents;
    private final BodyProblems bodies;
    private final Violations violations;
    private final Event<Refusal> refusals;

    ProblemAnswers(
            Documents documents,
            BodyProblems bodies,
            Violations violations,
            Event<Refusal> refusals) {
        this.documents = documents;
        this.bodies = bodies;
        this.violations = violations;
        this.refusals = refusals;
    }

    @ServerExceptionMapper
    Response problem(Problem problem, HttpServerRequest request) {
        if (problem.code().status() == Response.Status.FORBIDDEN.getStatusCode()) {
            refused(problem.code(), request);
        }
        return documents.answer(problem);
    }

    @ServerExceptionMapper
    Response unauthorized(UnauthorizedException failure) {
        return notAuthenticated();
    }

    @ServerExceptionMapper
    Response authenticationFailed(AuthenticationFailedException failure) {
        return notAuthenticated();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException failure, HttpServerRequest request) {
        refused(ProblemCode.NOT_ALLOWED, request);
        return documents.answer(
                ProblemCode.NOT_ALLOWED, "this is not for callers of this kind", null, null);
    }

    @ServerExceptionMapper
    Response body(JsonProcessingException failure) {
        return bodies.answer(failure);
    }

    /** Of its own, or the REST layer's, which repeats what it found, is nearer. */
    @ServerExceptionMapper
    Response mismatch(MismatchedInputException failure) {
        return bodies.answer(failure);
    }

    @ServerExceptionMapper
    Response violations(ConstraintViolationException failure) {
        return violations.answer(failure);
    }

    /** What the REST layer itself refuses. */
    @ServerExceptionMapper
    Response refusedByRest(WebApplicationException failure) {
        if (failure.getCause() instanceof JsonProcessingException json) {
            return bodies.answer(json);
        }
        if (failure.getCause() instanceof DateTimeParseException) {
            return plain(
                    ProblemCode.INVALID_FIELD,
                    "wanted times as UTC ISO-8601, for example 2026-01-31T12:00:00Z");
        }
        Response given = failure.getResponse();
        if (given.getStatus() < 400) {
            return given;
        }
        return switch (given.getStatus()) {
            case 400 -> plain(ProblemCode.INVALID_FIELD, "the request could not be read");
            case 401 -> notAuthenticated();
            case 403 -> plain(ProblemCode.NOT_ALLOWED, "this is not for callers of this kind");
            case 404 -> plain(ProblemCode.NOT_FOUND, "there is nothing at this path");
            case 405 ->
                    plain(ProblemCode.METHOD_NOT_ALLOWED, "this path does not take this method");
            case 406 ->
                    plain(
                            ProblemCode.NOT_ACCEPTABLE,
                            "wanted an Accept header that allows application/json");
            case 413 -> plain(ProblemCode.BODY_TOO_LARGE, BodyLimit.DETAIL);
            case 415 ->
                    plain(
                            ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                            "wanted a body of type application/json");
            default -> internal(failure);
        };
    }

    @ServerExceptionMapper
    Response anythingElse(Throwable failure) {
        if (DatabaseFailures.isUnavailable(failure)) {
            LOG.debug("the database does not answer", failure);
            return documents.answer(
                    ProblemCode.DATABASE_UNAVAILABLE,
                    "the database does not answer",
                    null,
                    DATABASE_RETRY);
        }
        return internal(failure);
    }

    private Response internal(Throwable failure) {
        return plain(ProblemCode.INTERNAL, documents.incident(failure));
    }

    private Response notAuthenticated() {
        return plain(ProblemCode.NOT_AUTHENTICATED, "wanted a valid credential in Authorization");
    }

    private Response plain(ProblemCode code, String detail) {
        return documents.answer(code, detail, null, null);
    }

    private void refused(ProblemCode code, HttpServerRequest request) {
        String path = request.path();
        refusals.fire(new Refusal(code, request.method().name(), path == null ? "" : path));
    }
}
