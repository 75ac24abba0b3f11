package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.DeviceSignIn;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sign-ins from programs by OpenID Connect: how many are borne, and what becomes of one. Each call
 * asks the provider, so calls are rationed by address whatever comes of them. Every call blocks.
 */
@Singleton
class DeviceSignIns {

    private static final Logger LOG = Logger.getLogger(DeviceSignIns.class);

    private static final int SOURCES = 10_000;
    private static final Duration AGAIN = Duration.ofSeconds(5);

    /** RFC 8628 §3.5: the interval and five seconds more, for the interval that most have. */
    private static final Duration SLOWER = Duration.ofSeconds(10);

    private final Rates begins = new Rates(20, Duration.ofSeconds(6), SOURCES);

    /** Many people behind one address ask every five seconds each. */
    private final Rates asks = new Rates(100, Duration.ofMillis(200), SOURCES);

    /** Calls that wait for the provider; more are told to come back. */
    private final Semaphore waiting = new Semaphore(50);

    private final OpenIdDevice device;
    private final OpenIdFlow flow;
    private final OpenIdAdmission admission;
    private final SignInThrottle throttle;

    DeviceSignIns(
            OpenIdDevice device,
            OpenIdFlow flow,
            OpenIdAdmission admission,
            SignInThrottle throttle) {
        this.device = device;
        this.flow = flow;
        this.admission = admission;
        this.throttle = throttle;
    }

    /**
     * Begins one at the provider.
     *
     * @throws Problem {@code not_found}, {@code too_many_requests}, {@code openid_unavailable}
     */
    DeviceSignIn begin(@Nullable String address) {
        return rationed(
                begins,
                address,
                () -> {
                    try {
                        return device.begin();
                    } catch (Refused refused) {
                        LOG.warnf(
                                "sign-in by OpenID Connect from a program could not begin why=%s detail=%s",
                                refused.why().word(), refused.detail());
                        throw unavailable();
                    }
                });
    }

    /**
     * Ends one, when somebody has signed in at the provider.
     *
     * @throws Problem {@code sign_in_pending} when nobody has yet, {@code not_authenticated},
     *     {@code not_found}, {@code too_many_requests}, {@code openid_unavailable}
     */
    SignIns.Begun end(String deviceCode, RoutingContext request) {
        String address = RemoteAddress.of(request);
        return rationed(
                asks,
                address,
                () -> {
                    // A wrong code is as good as a wrong token.
                    try (SignInThrottle.Attempt attempt = throttle.token(address)) {
                        return end(deviceCode, request, address, attempt);
                    }
                });
    }

    private SignIns.Begun end(
            String deviceCode,
            RoutingContext request,
            @Nullable String address,
            SignInThrottle.Attempt attempt) {
        try {
            return switch (device.ask(deviceCode)) {
                case OpenIdDevice.Outcome.Token(var idToken) ->
                        admission.admit(flow.verified(request, idToken), request, address);
                case OpenIdDevice.Outcome.Pending() ->
                        throw new Problem(
                                ProblemCode.SIGN_IN_PENDING,
                                "nobody has signed in at the provider yet");
                case OpenIdDevice.Outcome.TooFast() ->
                        throw new Problem(
                                ProblemCode.TOO_MANY_REQUESTS,
                                "the provider was asked too often",
                                SLOWER);
                case OpenIdDevice.Outcome.Over(var why) -> {
                    admission.refusedThere(address);
                    throw new Problem(
                            ProblemCode.NOT_AUTHENTICATED,
                            "wanted a sign-in at the provider, but " + why);
                }
                case OpenIdDevice.Outcome.Unknown() -> {
                    attempt.wrong();
                    throw new Problem(
                            ProblemCode.NOT_AUTHENTICATED,
                            "wanted a device code that is known and was not used");
                }
            };
        } catch (Refused refused) {
            admission.note(refused, attempt, address);
            throw problem(refused.why());
        }
    }

    private static Problem problem(OpenIdRefusal why) {
        return switch (why) {
            case UNAVAILABLE -> unavailable();
            case TOO_MANY -> tooMany(AGAIN);
            case FAILED, NO_ROLE, NO_TAGS, NO_NAME, NAME_TAKEN ->
                    new Problem(
                            ProblemCode.NOT_AUTHENTICATED,
                            "the provider vouches for nobody who may come in here: " + why.word());
        };
    }

    private <T> T rationed(Rates rates, @Nullable String address, Supplier<T> work) {
        String source = RemoteAddress.source(address);
        if (!rates.take(source)) {
            throw tooMany(rates.retryAfter(source));
        }
        if (!waiting.tryAcquire()) {
            throw tooMany(AGAIN);
        }
        try {
            return work.get();
        } finally {
            waiting.release();
        }
    }

    private static Problem tooMany(Duration retryAfter) {
        return new Problem(
                ProblemCode.TOO_MANY_REQUESTS, "too many sign-ins from programs", retryAfter);
    }

    private static Problem unavailable() {
        return new Problem(
                ProblemCode.OPENID_UNAVAILABLE,
                "the provider of OpenID Connect does not answer, or not as it should",
                AGAIN);
    }
}
