package io.opnmanager.tunnel.broker.identity;

import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TenantConfigResolver;
import io.quarkus.oidc.runtime.OidcTenantConfig.ApplicationType;
import io.quarkus.oidc.runtime.OidcTenantConfig.Roles;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the OpenID Connect library has to know of the provider. It is told so for requests that
 * {@link OpenIdFlow} marks and for no other, so there is no other path into it. Unlike {@code
 * quarkus.oidc} keys this asks nobody anything at start, and nobody can configure the protections
 * away.
 */
@Startup
@Singleton
class OpenIdProvider implements TenantConfigResolver {

    /** The path that operators begin at and that the provider sends them back to. */
    static final String PATH = "/api/v1/sign-in/openid";

    private static final String MARK = OpenIdProvider.class.getName();
    private static final String TENANT = "operators";

    private final @Nullable OidcTenantConfig configuration;
    private final boolean device;

    OpenIdProvider(OpenIdConfiguration keys) {
        configuration = keys.enabled() ? configuration(keys) : null;
        device = keys.enabled() && keys.device();
    }

    boolean isEnabled() {
        return configuration != null;
    }

    /** Whether programs without a browser can be signed in too. */
    boolean isDeviceEnabled() {
        return device;
    }

    /** Lets the library see this request. */
    static void mark(RoutingContext request) {
        request.put(MARK, true);
    }

    @Override
    public Uni<OidcTenantConfig> resolve(
            RoutingContext request, OidcRequestContext<OidcTenantConfig> context) {
        return configuration == null || request.get(MARK) == null
                ? Uni.createFrom().nullItem()
                : Uni.createFrom().item(configuration);
    }

    private static OidcTenantConfig configuration(OpenIdConfiguration keys) {
        URI url = needed("url", keys.url());
        if (!"https".equals(url.getScheme()) && !isLoopback(url)) {
            throw new IllegalStateException(
                    "opnmanager.openid.url: wanted https, or http on loopback, found " + url);
        }
        String clientId = needed("client-id", keys.clientId());
        String secret = needed("client-secret", keys.clientSecret());
        var builder =
                OidcTenantConfig.builder()
                        .tenantId(TENANT)
                        .applicationType(ApplicationType.WEB_APP)
                        .roles(Roles.Source.idtoken)
                        .authServerUrl(url.toString())
                        .clientId(clientId)
                        .credentials(secret)
                        .connectionTimeout(keys.timeout())
                        .followRedirects(false)
                        .tokenStateManager()
                        // Nothing is kept that would have to be encrypted.
                        .encryptionRequired(false)
                        .end()
                        .authentication()
                        .scopes(keys.scopes())
                        .redirectPath(PATH)
                        .cookiePath(PATH)
                        .cookieForceSecure()
                        .nonceRequired()
                        .pkceRequired()
                        // Any node can end what another one began.
                        .stateSecret(stateSecret(secret))
                        // The answer to the provider's redirect is ours, not one more redirect.
                        .removeRedirectParameters(false)
                        .restorePathAfterRedirect(false)
                        .end();
        keys.tls().ifPresent(builder::tlsConfigurationName);
        return builder.build();
    }

    private static String stateSecret(String clientSecret) {
        return Base64.getEncoder()
                .encodeToString(Secrets.hash("state of OpenID Connect\0" + clientSecret));
    }

    private static <T> T needed(String key, Optional<T> value) {
        return value.orElseThrow(() ->
                new IllegalStateException(
                        "opnmanager.openid."
                                + key
                                + ": wanted a value, because opnmanager.openid.enabled is"
                                + " true"));
    }

    /** Whether it is plain HTTP on this machine, where nobody listens in. */
    static boolean isLoopback(URI url) {
        String host = url.getHost();
        if (!"http".equals(url.getScheme()) || host == null) {
            return false;
        }
        try {
            return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
