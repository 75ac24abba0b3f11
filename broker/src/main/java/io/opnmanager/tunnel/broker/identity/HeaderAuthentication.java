package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.Role;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Caller} of an {@code Authorization} header, the cookie of a sign-in or a TLS
 * client certificate. Runs on event loops: agents and operators who are known to memory are
 * answered there, all else on a virtual thread.
 *
 * <p>As the chosen alternative it is the only way in: the OpenID Connect library would otherwise be
 * asked first at every path. {@link OpenIdFlow} asks it by name.
 */
@Alternative
@Priority(1)
@ApplicationScoped
class HeaderAuthentication implements HttpAuthenticationMechanism {

    private static final int UNAUTHORIZED = 401;

    /** Sign-ins that wait for the database or for a hash; more are told to come back. */
    private final Semaphore waiting = new Semaphore(200);

    /** Cookies of no sign-in, each at the cost of a look: old consoles that nobody has closed. */
    private final Rates unknownCookies = new Rates(100, Duration.ofMillis(50), 10_000);

    private final AgentCredentials agents;
    private final OperatorSignIn operators;
    private final KnownOperators known;
    private final OpenStreams streams;
    private final Witness witness;

    HeaderAuthentication(
            AgentCredentials agents,
            OperatorSignIn operators,
            KnownOperators known,
            OpenStreams streams,
            Witness witness) {
        this.agents = agents;
        this.operators = operators;
        this.known = known;
        this.streams = streams;
        this.witness = witness;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            RoutingContext context, IdentityProviderManager identityProviderManager) {
        HttpServerRequest request = context.request();
        String address = RemoteAddress.of(context);
        AuthorizationHeader header =
                AuthorizationHeader.read(request.headers().getAll(HttpHeaders.AUTHORIZATION));
        SignInCookie.Found cookie = SignInCookie.read(request.headers().getAll(HttpHeaders.COOKIE));
        if (!(cookie instanceof SignInCookie.Absent)
                && !(header instanceof AuthorizationHeader.Absent)) {
            return refused(
                    "wanted one credential, found a cookie and an Authorization header", address);
        }
        return switch (header) {
            case AuthorizationHeader.Absent _ -> cookie(context, cookie, address);
            case AuthorizationHeader.Unreadable _ ->
                    refused("wanted one Authorization header, Bearer or Basic", address);
            case AuthorizationHeader.AgentToken token -> agent(token, address);
            case AuthorizationHeader.OperatorToken token ->
                    operator(
                            context,
                            operators.knownToken(token.hash()),
                            () -> operators.byToken(token.hash(), address));
            case AuthorizationHeader.Password password -> password(context, password, address);
        };
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom()
                .item(
                        new ChallengeData(
                                UNAUTHORIZED,
                                "WWW-Authenticate",
                                "Basic realm=\"OPNManager Tunnel\", charset=\"UTF-8\""));
    }

    private Uni<SecurityIdentity> agent(
            AuthorizationHeader.AgentToken token, @Nullable String address) {
        Long firewall = agents.firewallOf(token.hash());
        return firewall == null
                ? refused("wanted an agent token that is known", address)
                : Uni.createFrom().item(identity(new Caller.Agent(firewall)));
    }

    private Uni<SecurityIdentity> cookie(
            RoutingContext context, SignInCookie.Found found, @Nullable String address) {
        return switch (found) {
            case SignInCookie.Absent _ -> certificate(context, address);
            case SignInCookie.Unreadable _ ->
                    refused("wanted one cookie of a sign-in, as it was set", address);
            case SignInCookie.Value cookie -> {
                Problem crossSite = crossSite(context, true);
                if (crossSite != null) {
                    yield Uni.createFrom().failure(crossSite);
                }
                boolean counts = !SignInResource.onlyAsks(context.request());
                yield operator(
                        context,
                        known.knownSignIn(cookie.hash(), counts),
                        () -> signedIn(cookie.hash(), counts, address));
            }
        };
    }

    /** The last that is looked at: some browsers show theirs with everything. */
    private Uni<SecurityIdentity> certificate(RoutingContext context, @Nullable String address) {
        ClientCertificate certificate = ClientCertificate.of(context.request());
        if (certificate == null) {
            return Uni.createFrom().nullItem();
        }
        Problem crossSite = crossSite(context, false);
        return crossSite != null
                ? Uni.createFrom().failure(crossSite)
                : operator(
                        context,
                        operators.knownCertificate(certificate),
                        () -> operators.byCertificate(certificate, address));
    }

    /** One that is over is nothing to write down: it happens to every console left open. */
    private Admitted signedIn(byte[] cookie, boolean counts, @Nullable String address) {
        Admitted admitted = known.signIn(cookie, counts);
        if (admitted != null) {
            return admitted;
        }
        String source = RemoteAddress.source(address);
        if (!unknownCookies.take(source)) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "too many cookies of no sign-in from this address",
                    unknownCookies.retryAfter(source));
        }
        throw new Problem(
                ProblemCode.NOT_AUTHENTICATED, "the sign-in is over or was ended: sign in again");
    }

    private Uni<SecurityIdentity> password(
            RoutingContext context,
            AuthorizationHeader.Password password,
            @Nullable String address) {
        Problem crossSite = crossSite(context, false);
        return crossSite != null
                ? Uni.createFrom().failure(crossSite)
                : operator(
                        context,
                        operators.known(password.name(), password.password()),
                        () -> operators.byPassword(password.name(), password.password(), address));
    }

    /** What a browser may have sent by itself has to be meant. */
    private static @Nullable Problem crossSite(RoutingContext context, boolean shown) {
        try {
            CrossSite.refuse(context.request(), shown);
            return null;
        } catch (Problem problem) {
            return problem;
        }
    }

    private Uni<SecurityIdentity> operator(
            RoutingContext request, @Nullable Admitted known, Supplier<Admitted> look) {
        Uni<Admitted> admitted = known == null ? aside(look) : Uni.createFrom().item(known);
        return admitted.map(found -> {
            streams.watch(request, found);
            return identity(found);
        });
    }

    private <T> Uni<T> aside(Supplier<T> work) {
        Context context = Vertx.currentContext();
        Uni<T> done =
                Uni.createFrom()
                        .emitter(emitter -> {
                            if (!waiting.tryAcquire()) {
                                emitter.fail(
                                        new Problem(
                                                ProblemCode.TOO_MANY_REQUESTS,
                                                "too many are signing in at this moment",
                                                Duration.ofSeconds(1)));
                                return;
                            }
                            Thread.ofVirtual()
                                    .name("sign-in")
                                    .start(() -> {
                                        try {
                                            emitter.complete(work.get());
                                        } catch (RuntimeException | Error e) {
                                            emitter.fail(e);
                                        } finally {
                                            waiting.release();
                                        }
                                    });
                        });
        // Whoever waits for it continues where it began, not on the thread of the sign-in.
        return context == null
                ? done
                : done.emitOn(command -> context.runOnContext(nothing -> command.run()));
    }

    private Uni<SecurityIdentity> refused(String detail, @Nullable String address) {
        witness.signInRefused(null, address, ProblemCode.NOT_AUTHENTICATED);
        return Uni.createFrom().failure(new Problem(ProblemCode.NOT_AUTHENTICATED, detail));
    }

    /** The identity of an operator who is let in, however that was found out. */
    static SecurityIdentity identity(Admitted admitted) {
        return QuarkusSecurityIdentity.builder(identity(admitted.operator()))
                .addAttribute(CurrentCaller.CREDENTIAL, admitted.credential())
                .build();
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.actor()))
                .addRole(role(caller))
                .addAttribute(CurrentCaller.ATTRIBUTE, caller)
                .build();
    }

    /** The words in {@code @RolesAllowed}. */
    private static String role(Caller caller) {
        return switch (caller) {
            case Caller.Agent _ -> "agent";
            case Caller.Node _ -> "node";
            case Caller.Operator operator -> role(operator.role());
        };
    }

    private static String role(Role role) {
        return switch (role) {
            case ADMINISTRATOR -> "administrator";
            case OPERATOR -> "operator";
            case VIEWER -> "viewer";
        };
    }
}
