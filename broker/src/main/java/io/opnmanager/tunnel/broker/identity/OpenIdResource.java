package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.OpenIdSignInApi;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.jboss.resteasy.reactive.Cache;

/**
 * The address that leads to the provider of OpenID Connect and that the provider leads back to. A
 * person sees in a browser what comes of it, so refusals lead to the console, which explains them.
 */
@PermitAll
@RunOnVirtualThread
@Cache(noStore = true)
class OpenIdResource implements OpenIdSignInApi {

    private static final URI CONSOLE = URI.create("/");

    private final OpenIdProvider provider;
    private final OpenIdVisits visits;
    private final CurrentVertxRequest request;

    OpenIdResource(OpenIdProvider provider, OpenIdVisits visits, CurrentVertxRequest request) {
        this.provider = provider;
        this.visits = visits;
        this.request = request;
    }

    @Override
    public Response signIn() {
        if (!provider.isEnabled()) {
            throw new Problem(ProblemCode.NOT_FOUND, "OpenID Connect is not set up here");
        }
        return switch (visits.visit(request.getCurrent())) {
            case OpenIdVisits.Outcome.Away(var address) -> Response.seeOther(address).build();
            case OpenIdVisits.Outcome.In(var cookie) ->
                    Response.seeOther(CONSOLE).header("Set-Cookie", cookie).build();
            case OpenIdVisits.Outcome.Refusal(var why) ->
                    Response.seeOther(URI.create("/sign-in?error=" + why.word())).build();
        };
    }
}
