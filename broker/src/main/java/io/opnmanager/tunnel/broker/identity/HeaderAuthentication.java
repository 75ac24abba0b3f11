package io.opnmanager.tunnel.broker.identity;

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
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Caller} of an {@code Authorization} header. Runs on event loops: agents and
 * operators who are known to memory are answered there, all else on a virtual thread.
 */
@ApplicationScoped
class HeaderAuthentication implements HttpAuthenticationMechanism {

    private static final int UNAUTHORIZED = 401;

    /** Sign-ins that wait for the database or for a hash; more are told to come back. */
    private final Semaphore waiting = new Semaphore(200);

    private final AgentCredentials agents;
    private final OperatorSignIn operators;
    private final Witness witness;

    HeaderAuthentication(AgentCredentials agents, OperatorSignIn operators, Witness witness) {
        this.witness = witness;
        this.agents = agents;
        this.operators = operators;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(
            RoutingContext context, IdentityProviderManager identityProviderManager) {
        String address = RemoteAddress.of(context);
        return switch (AuthorizationHeader.read(
                context.request().headers().getAll(HttpHeaders.AUTHORIZATION))) {
            case AuthorizationHeader.Absent _ -> Uni.createFrom().nullItem();
            case AuthorizationHeader.Unreadable _ ->
                    refused("wanted one Authorization header, Bearer or Basic", address);
            case AuthorizationHeader.AgentToken token -> agent(token, address);
            case AuthorizationHeader.OperatorToken token ->
                    operator(
                            operators.knownToken(token.hash()),
                            () -> operators.byToken(token.hash(), address));
            case AuthorizationHeader.Password password ->
                    operator(
                            operators.known(password.name(), password.password()),
                            () ->
                                    operators.byPassword(
                                            password.name(), password.password(), address));
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

    private Uni<SecurityIdentity> operator(
            Caller.@Nullable Operator known, Supplier<Caller.Operator> look) {
        return known == null
                ? aside(() -> identity(look.get()))
                : Uni.createFrom().item(identity(known));
    }

    private Uni<SecurityIdentity> aside(Supplier<SecurityIdentity> work) {
        Context context = Vertx.currentContext();
        Uni<SecurityIdentity> done =
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
