package io.opnmanager.tunnel.broker.identity;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Visits of the address for OpenID Connect: how many are borne, and what becomes of one. Every call
 * blocks.
 */
@Singleton
class OpenIdVisits {

    private static final Logger LOG = Logger.getLogger(OpenIdVisits.class);

    /** Visits that wait for the provider; more are told to come back. */
    private final Semaphore waiting = new Semaphore(50);

    private final OpenIdFlow flow;
    private final OpenIdOperators operators;
    private final SignIns signIns;
    private final Witness witness;
    private final SignInThrottle throttle;

    OpenIdVisits(
            OpenIdFlow flow,
            OpenIdOperators operators,
            SignIns signIns,
            Witness witness,
            SignInThrottle throttle) {
        this.flow = flow;
        this.operators = operators;
        this.signIns = signIns;
        this.witness = witness;
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
                case OpenIdFlow.Step.Back(var claims) -> admit(claims, request, address);
            };
        } catch (Refused refused) {
            OpenIdRefusal why = refused.why();
            // Not who: nobody has shown to be anybody here.
            LOG.warnf(
                    "sign-in by OpenID Connect refused why=%s detail=%s",
                    why.word(), refused.detail());
            switch (why) {
                case FAILED -> attempt.wrong();
                case NO_ROLE, NO_TAGS, NO_NAME, NAME_TAKEN ->
                        witness.signInRefused(null, address, ProblemCode.NOT_AUTHENTICATED);
                case UNAVAILABLE, TOO_MANY -> {}
            }
            return new Outcome.Refusal(why);
        }
    }

    private Outcome admit(JsonNode claims, RoutingContext request, @Nullable String address) {
        KnownOperator operator = operators.admit(claims);
        SignIns.Begun begun =
                signIns.begin(
                        operator,
                        SignInMethod.OPENID,
                        address,
                        SignInCookie.read(request.request().headers().getAll(HttpHeaders.COOKIE)));
        return new Outcome.In(begun.setCookie());
    }
}
