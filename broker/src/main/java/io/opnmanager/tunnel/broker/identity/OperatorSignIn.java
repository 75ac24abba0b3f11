package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.limits.Rates;
import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Compares what operators sign in with. A password that was right is remembered for 60 s as a keyed
 * hash together with the row's own hash, because basic authentication sends it with every call;
 * wrong ones are counted per name and per address.
 */
@ApplicationScoped
class OperatorSignIn {

    private static final Duration VERIFIED = Duration.ofSeconds(60);
    private static final int SOURCES = 10_000;
    private static final String HMAC = "HmacSHA256";

    /**
     * What the contract lets an operator be called; others are not looked up and not written down.
     */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private static final String OTHER = "(no operator's name)";
    private static final int LONGEST_PASSWORD = 200;

    private final SecretKeySpec key = new SecretKeySpec(Secrets.random(32), HMAC);
    private final Remembered<ByteBuffer, Boolean> verified = new Remembered<>(1_000, VERIFIED);
    private final KnownOperators known;
    private final Passwords passwords;
    private final Witness witness;
    private final Rates byName;
    private final Rates byAddress;

    OperatorSignIn(
            KnownOperators known,
            Passwords passwords,
            Witness witness,
            SignInConfiguration configuration) {
        this.known = known;
        this.passwords = passwords;
        this.witness = witness;
        this.byName = new Rates(configuration.failuresPerName(), configuration.recovery(), SOURCES);
        this.byAddress =
                new Rates(configuration.failuresPerAddress(), configuration.recovery(), SOURCES);
    }

    /**
     * Whose password it is, as far as memory knows; null when it has to be looked into. Never
     * waits.
     */
    Caller.@Nullable Operator known(String name, String password) {
        Operators.Credential credential = known.knownName(name);
        if (credential == null) {
            return null;
        }
        return verified.find(mac(credential, password)) == null ? null : credential.operator();
    }

    /**
     * Whose password it is; blocks.
     *
     * @throws Problem {@code not_authenticated}, {@code too_many_requests}
     */
    Caller.Operator byPassword(String name, String password, @Nullable String address) {
        String counted = NAME.matcher(name).matches() ? name : OTHER;
        take(counted, address);
        boolean counts = false;
        try {
            Operators.Credential credential = counted.equals(name) ? known.name(name) : null;
            if (credential != null && verified.find(mac(credential, password)) != null) {
                return credential.operator();
            }
            String hash = credential == null ? null : credential.hash();
            if (password.length() <= LONGEST_PASSWORD
                    && passwords.matches(password, hash)
                    && credential != null) {
                verified.put(mac(credential, password), true, VERIFIED, verified.generation());
                return credential.operator();
            }
            counts = true;
        } finally {
            if (!counts) {
                byName.giveBack(counted);
                byAddress.giveBack(RemoteAddress.source(address));
            }
        }
        witness.signInRefused(counted, address, ProblemCode.NOT_AUTHENTICATED);
        throw new Problem(ProblemCode.NOT_AUTHENTICATED, "wanted a known name with its password");
    }

    /** Whose token it is, as far as memory knows; null when it has to be asked. Never waits. */
    Caller.@Nullable Operator knownToken(byte[] hash) {
        return known.knownToken(hash);
    }

    /**
     * Whose token it is; blocks.
     *
     * @throws Problem {@code not_authenticated}, {@code too_many_requests}
     */
    Caller.Operator byToken(byte[] hash, @Nullable String address) {
        String source = RemoteAddress.source(address);
        if (!byAddress.take(source)) {
            throw tooMany(null, address, byAddress.retryAfter(source));
        }
        boolean counts = false;
        try {
            Caller.Operator operator = known.token(hash);
            if (operator != null) {
                return operator;
            }
            counts = true;
        } finally {
            if (!counts) {
                byAddress.giveBack(source);
            }
        }
        witness.signInRefused(null, address, ProblemCode.NOT_AUTHENTICATED);
        throw new Problem(
                ProblemCode.NOT_AUTHENTICATED, "wanted a token that is known and in time");
    }

    /** Taken before and given back after, so that many at once cannot all pass before one fails. */
    private void take(String name, @Nullable String address) {
        String source = RemoteAddress.source(address);
        if (!byAddress.take(source)) {
            throw tooMany(name, address, byAddress.retryAfter(source));
        }
        if (!byName.take(name)) {
            byAddress.giveBack(source);
            throw tooMany(name, address, byName.retryAfter(name));
        }
    }

    private Problem tooMany(@Nullable String name, @Nullable String address, Duration retryAfter) {
        witness.signInRefused(name, address, ProblemCode.TOO_MANY_REQUESTS);
        return new Problem(
                ProblemCode.TOO_MANY_REQUESTS,
                "too many wrong credentials for this name or from this address",
                retryAfter);
    }

    private ByteBuffer mac(Operators.Credential credential, String password) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(credential.operator().name().getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            mac.update(credential.hash().getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return ByteBuffer.wrap(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
