package io.opnmanager.tunnel.broker.identity;

import io.quarkus.oidc.AuthorizationCodeTokens;
import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TokenStateManager;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;

/**
 * Keeps no token of the provider: they say once who somebody is, and then our own sign-in begins.
 * So the library has no session beside ours that could outlive it.
 */
@Alternative
@Priority(1)
@ApplicationScoped
class OpenIdNoState implements TokenStateManager {

    @Override
    public Uni<String> createTokenState(
            RoutingContext request,
            OidcTenantConfig configuration,
            AuthorizationCodeTokens tokens,
            OidcRequestContext<String> context) {
        return Uni.createFrom().item("none");
    }

    @Override
    public Uni<AuthorizationCodeTokens> getTokens(
            RoutingContext request,
            OidcTenantConfig configuration,
            String state,
            OidcRequestContext<AuthorizationCodeTokens> context) {
        return Uni.createFrom().failure(new AuthenticationFailedException("no token is kept"));
    }

    @Override
    public Uni<Void> deleteTokens(
            RoutingContext request,
            OidcTenantConfig configuration,
            String state,
            OidcRequestContext<Void> context) {
        return Uni.createFrom().voidItem();
    }
}
