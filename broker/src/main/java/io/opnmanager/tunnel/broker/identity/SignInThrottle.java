package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many wrong credentials are borne, by name and by address. Each attempt is paid for before and
 * given back after when it was right, so that many at once cannot all pass before one fails.
 */
@ApplicationScoped
class SignInThrottle {

    private static final int SOURCES = 10_000;

    private final Rates names;
    private final Rates addresses;
    private final Rates codes;
    private final Witness witness;

    SignInThrottle(SignInConfiguration configuration, Witness witness) {
        this.names = new Rates(configuration.failuresPerName(), configuration.recovery(), SOURCES);
        this.addresses =
                new Rates(configuration.failuresPerAddress(), configuration.recovery(), SOURCES);
        this.codes = new Rates(configuration.codeFailures(), configuration.codeRecovery(), SOURCES);
        this.witness = witness;
    }

    /**
     * Somebody shows a password.
     *
     * @throws Problem {@code too_many_requests}
     */
    Attempt password(String name, @Nullable String address) {
        return attempt(name, address, names);
    }

    /**
     * Somebody who knows the password shows a code.
     *
     * @throws Problem {@code too_many_requests}
     */
    Attempt code(String name, @Nullable String address) {
        return attempt(name, address, codes);
    }

    /**
     * Somebody shows a token.
     *
     * @throws Problem {@code too_many_requests}
     */
    Attempt token(@Nullable String address) {
        String source = RemoteAddress.source(address);
        if (!addresses.take(source)) {
            throw tooMany(null, address, addresses.retryAfter(source));
        }
        return new Attempt(null, address, Map.of(addresses, source));
    }

    private Attempt attempt(String name, @Nullable String address, Rates perName) {
        String source = RemoteAddress.source(address);
        if (!addresses.take(source)) {
            throw tooMany(name, address, addresses.retryAfter(source));
        }
        if (!perName.take(name)) {
            addresses.giveBack(source);
            throw tooMany(name, address, perName.retryAfter(name));
        }
        return new Attempt(name, address, Map.of(addresses, source, perName, name));
    }

    private Problem tooMany(@Nullable String name, @Nullable String address, Duration retryAfter) {
        witness.signInRefused(name, address, ProblemCode.TOO_MANY_REQUESTS);
        return new Problem(
                ProblemCode.TOO_MANY_REQUESTS,
                "too many wrong credentials for this name or from this address",
                retryAfter);
    }

    /** One look at a credential; closing it gives back what was paid unless it was wrong. */
    final class Attempt implements AutoCloseable {

        private final @Nullable String name;
        private final @Nullable String address;
        private final Map<Rates, String> paid;
        private boolean wrong;

        private Attempt(@Nullable String name, @Nullable String address, Map<Rates, String> paid) {
            this.name = name;
            this.address = address;
            this.paid = paid;
        }

        /** It counts, and is written down. */
        void wrong() {
            wrong = true;
            witness.signInRefused(name, address, ProblemCode.NOT_AUTHENTICATED);
        }

        @Override
        public void close() {
            if (!wrong) {
                paid.forEach(Rates::giveBack);
            }
        }
    }
}
