package io.opnmanager.tunnel.broker.identity;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** Signing in with OpenID Connect. Nothing of it is looked at until it is enabled. */
@ConfigMapping(prefix = "opnmanager.openid")
interface OpenIdConfiguration {

    /**
     * Whether operators can sign in with OpenID Connect. The provider has to know the redirect URI
     * {@code https://<console>/api/v1/sign-in/openid}.
     */
    @WithDefault("false")
    boolean enabled();

    /**
     * The provider, without {@code /.well-known/openid-configuration}; https, or http on loopback.
     * Needed when enabled. It is first asked when the first operator signs in.
     */
    Optional<URI> url();

    /** Name of this broker at the provider. Needed when enabled. */
    Optional<@Size(min = 1, max = 255) String> clientId();

    /** Secret of this broker at the provider. Needed when enabled, and the same on all nodes. */
    Optional<@Size(min = 1, max = 1_000) String> clientSecret();

    /**
     * What is asked for besides {@code openid}: whatever the provider needs to tell the claims
     * below.
     */
    @WithDefault("profile,email")
    List<@Size(min = 1, max = 255) String> scopes();

    /**
     * Claim of the ID token that an operator is named after, at the first sign-in and never again:
     * whom it is, only issuer and subject say. Letters become small, other characters than letters,
     * digits, dot, dash and underscore a dash.
     */
    @WithDefault("preferred_username")
    @NotEmpty
    String nameClaim();

    /**
     * Claim of the ID token that holds roles: a text or a list of texts. {@code a/b} is the claim
     * {@code b} within the claim {@code a}.
     */
    @WithDefault("roles")
    @NotEmpty
    String roleClaim();

    /** Values of the role claim that make an administrator; the highest role of someone counts. */
    @WithDefault("opnmanager-administrator")
    List<@Size(min = 1, max = 255) String> administrators();

    /** Values of the role claim that make an operator. */
    @WithDefault("opnmanager-operator")
    List<@Size(min = 1, max = 255) String> operators();

    /** Values of the role claim that make a viewer. Whoever has none of all these is refused. */
    @WithDefault("opnmanager-viewer")
    List<@Size(min = 1, max = 255) String> viewers();

    /**
     * Claim of the ID token that holds the tags of the firewalls that someone may reach, at most
     * 20; {@code *} is every firewall. When set, whoever has none is refused. Default: no claim,
     * every firewall.
     */
    Optional<String> tagsClaim();

    /**
     * Name of the TLS configuration ({@code quarkus.tls.<name>.trust-store.…}) that says which
     * authorities are trusted to vouch for the provider. Default: the system's.
     */
    Optional<String> tls();

    /**
     * Whether programs without a browser, such as {@code tunnelctl login}, can begin a sign-in that
     * somebody ends at the provider (the device flow, RFC 8628). The provider has to allow it to
     * this client too. Off by default, because whoever follows a link that somebody else has begun
     * signs that one in.
     */
    @WithDefault("false")
    boolean device();

    /** How long one answer of the provider is waited for: 1 s to 1 min. */
    @WithDefault("10s")
    @DurationMin(seconds = 1)
    @DurationMax(minutes = 1)
    Duration timeout();
}
