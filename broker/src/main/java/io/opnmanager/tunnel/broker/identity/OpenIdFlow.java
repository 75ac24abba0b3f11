package io.opnmanager.tunnel.broker.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.quarkus.oidc.IdTokenCredential;
import io.quarkus.oidc.runtime.OidcAuthenticationMechanism;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jspecify.annotations.Nullable;

/**
 * The authorization code flow, as two visits of one address: away to the provider, and back with a
 * code. The library does the protocol (state, nonce, PKCE, the exchange, the ID token); here is
 * what leads into it and what is left of it. Every call blocks.
 */
@Singleton
class OpenIdFlow {

    /** What only a provider's redirect brings. */
    private static final Set<String> ANSWER = Set.of("code", "state", "error");

    /** It drops the cause, of discovery as of the exchange of the code. */
    private static final String LIBRARY_SAYS_AWAY = "OIDC Server is not available";

    /** RFC 7515 §7.1. */
    private static final Pattern SIGNED =
            Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private static final String STATE_COOKIE = "q_auth";
    private static final String SESSION_COOKIE = "q_session";

    private final OidcAuthenticationMechanism library;
    private final IdentityProviderManager identities;
    private final ObjectMapper json;
    private final Duration patience;

    OpenIdFlow(
            OidcAuthenticationMechanism library,
            IdentityProviderManager identities,
            ObjectMapper json,
            OpenIdConfiguration keys) {
        this.library = library;
        this.identities = identities;
        this.json = json;
        // Discovery, keys and the exchange of the code, each with a time of its own.
        this.patience = keys.timeout().multipliedBy(3);
    }

    /** Where a visit leads. */
    sealed interface Step {

        /** To the provider. */
        record Away(URI address) implements Step {}

        /** The provider has said who it is, in the claims of an ID token that is right. */
        record Back(JsonNode claims) implements Step {}
    }

    /**
     * What has to happen next; sets and removes cookies of the answer.
     *
     * @throws Refused when it is not one of the two visits, or the provider is away
     */
    Step step(RoutingContext request) {
        // No session of the library is ever begun: what comes as one is not ours.
        forgetSession(request);
        OpenIdProvider.mark(request);
        SecurityIdentity identity = await(library.authenticate(request, identities));
        if (identity != null) {
            forgetSession(request);
            return new Step.Back(claims(identity));
        }
        if (request.queryParams().names().stream().anyMatch(ANSWER::contains)) {
            throw new Refused(
                    OpenIdRefusal.FAILED,
                    "an answer of the provider that this browser never asked for");
        }
        ChallengeData away = await(library.getChallenge(request));
        if (away == null || !HttpHeaders.LOCATION.toString().contentEquals(away.headerName)) {
            throw new Refused(OpenIdRefusal.FAILED, "the library knows no way to the provider");
        }
        for (Cookie cookie : request.request().cookies()) {
            if (cookie.getName().startsWith(STATE_COOKIE)) {
                // It is shown when the provider leads back here, and to no other site's requests.
                cookie.setSameSite(CookieSameSite.LAX);
            }
        }
        return new Step.Away(URI.create(away.headerContent));
    }

    /**
     * The claims of an ID token that the provider itself has handed to us, after signature, issuer,
     * audience and time were looked at as those of every other.
     *
     * @throws Refused when it is not right
     */
    JsonNode verified(RoutingContext request, String idToken) {
        if (!SIGNED.matcher(idToken).matches()) {
            // Of something else the library would ask the provider.
            throw new Refused(OpenIdRefusal.FAILED, "the ID token is no signed one");
        }
        OpenIdProvider.mark(request);
        SecurityIdentity identity =
                await(
                        identities.authenticate(
                                HttpSecurityUtils.setRoutingContextAttribute(
                                        new TokenAuthenticationRequest(
                                                new IdTokenCredential(idToken)),
                                        request)));
        if (identity == null) {
            throw new Refused(OpenIdRefusal.FAILED, "the library took no ID token");
        }
        return claims(identity);
    }

    private static void forgetSession(RoutingContext request) {
        var _ =
                request.request()
                        .cookies()
                        .removeIf(cookie -> cookie.getName().startsWith(SESSION_COOKIE));
    }

    private JsonNode claims(SecurityIdentity identity) {
        if (!(identity.getPrincipal() instanceof JsonWebToken token)) {
            throw new IllegalStateException("wanted an ID token, found " + identity.getClass());
        }
        try {
            // Verified by the library, which tells some types of claims in a way of its own.
            return json.readTree(
                    Base64.getUrlDecoder().decode(token.getRawToken().split("\\.", -1)[1]));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a verified token is JSON", e);
        } catch (IOException e) {
            throw new IllegalStateException("nothing is read from outside", e);
        }
    }

    private <T> @Nullable T await(Uni<T> work) {
        try {
            return work.await().atMost(patience);
        } catch (TimeoutException e) {
            throw new Refused(OpenIdRefusal.UNAVAILABLE, "no answer within " + patience);
        } catch (RuntimeException e) {
            throw new Refused(
                    isAway(e) ? OpenIdRefusal.UNAVAILABLE : OpenIdRefusal.FAILED, reason(e));
        }
    }

    /** Whether the provider could not be reached, as far as the library lets it be seen. */
    private static boolean isAway(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException
                    || cause instanceof java.util.concurrent.TimeoutException
                    || LIBRARY_SAYS_AWAY.equals(cause.getMessage())) {
                return true;
            }
        }
        return false;
    }

    /** The last cause says it best. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
