package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Visits of the address for OpenID Connect: how many are borne, and what becomes of one. Every call
 * blocks.
 */
@Singleton
class OpenIdVisits {

    /** Visits that wait for the provider; more are told to come back. */
    private final Semaphore waiting = new Semaphore(50);

    private final OpenIdFlow flow;
    private final OpenIdAdmission admission;
    private final SignInThrottle throttle;

    OpenIdVisits(OpenIdFlow flow, OpenIdAdmission admission, SignInThrottle throttle) {
        this.flow = flow;
        this.admission = admission;
        this.throttle = throttle;
    }

    /** Where a visit leads. */
    sealed interface Outcome {

        /** To the provider. */
        record Away(URI address) implements Outcome {}

        /** Into the console, with the header that hands out the cookie. */
        record In(String setCookie) implements Outcome {

            /** Without the cookie: this record may appear in a log. */
            @Override
            public String toString() {
                return "In[]";
            }
        }

        /** Nowhere. */
        record Refusal(OpenIdRefusal why) implements Outcome {}
    }

    /** What becomes of a visit. */
    Outcome visit(RoutingContext request) {
        String address = RemoteAddress.of(request);
        if (!waiting.tryAcquire()) {
            return new Outcome.Refusal(OpenIdRefusal.TOO_MANY);
        }
        // A wrong answer of the provider is as good as a wrong token.
        try (SignInThrottle.Attempt attempt = throttle.token(address)) {
            return visit(request, address, attempt);
        } catch (Problem problem) {
            if (problem.code() == ProblemCode.TOO_MANY_REQUESTS) {
                return new Outcome.Refusal(OpenIdRefusal.TOO_MANY);
            }
            throw problem;
        } finally {
            waiting.release();
        }
    }

    private Outcome visit(
            RoutingContext request, @Nullable String address, SignInThrottle.Attempt attempt) {
        try {
            return switch (flow.step(request)) {
                case OpenIdFlow.Step.Away(var provider) -> new Outcome.Away(provider);
                case OpenIdFlow.Step.Back(var claims) ->
                        new Outcome.In(admission.admit(claims, request, address).setCookie());
            };
        } catch (Refused refused) {
            admission.note(refused, attempt, address);
            return new Outcome.Refusal(refused.why());
        }
    }
}
