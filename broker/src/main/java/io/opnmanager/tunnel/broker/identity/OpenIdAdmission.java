package io.opnmanager.tunnel.broker.identity;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lets somebody in whom the provider vouches for, or writes down why not; the same however they
 * came. Every call blocks.
 */
@Singleton
class OpenIdAdmission {

    private static final Logger LOG = Logger.getLogger(OpenIdAdmission.class);

    private final OpenIdOperators operators;
    private final SignIns signIns;
    private final Witness witness;

    OpenIdAdmission(OpenIdOperators operators, SignIns signIns, Witness witness) {
        this.operators = operators;
        this.signIns = signIns;
        this.witness = witness;
    }

    /**
     * Begins a sign-in.
     *
     * @param claims of an ID token that has been verified
     * @throws Refused when they are nobody here
     */
    SignIns.Begun admit(JsonNode claims, RoutingContext request, @Nullable String address) {
        return signIns.begin(
                operators.admit(claims),
                SignInMethod.OPENID,
                address,
                SignInCookie.read(request.request().headers().getAll(HttpHeaders.COOKIE)));
    }

    /** Says why somebody was not let in, and counts what was wrong. */
    void note(Refused refused, SignInThrottle.Attempt attempt, @Nullable String address) {
        // Not who: nobody has shown to be anybody here.
        LOG.warnf(
                "sign-in by OpenID Connect refused why=%s detail=%s",
                refused.why().word(), refused.detail());
        switch (refused.why()) {
            case FAILED -> attempt.wrong();
            case NO_ROLE, NO_TAGS, NO_NAME, NAME_TAKEN -> refusedThere(address);
            case UNAVAILABLE, TOO_MANY -> {}
        }
    }

    /** Notes that nobody was let in, with nothing wrong. */
    void refusedThere(@Nullable String address) {
        witness.signInRefused(null, address, ProblemCode.NOT_AUTHENTICATED);
    }
}
