package io.opnmanager.tunnel.broker.identity;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.SignInMethod;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Compares the passwords and tokens of operators. A password that was right is remembered for 60 s
 * as a keyed hash together with the row's own hash, because basic authentication sends it with
 * every call; wrong ones are counted per name and per address.
 */
@ApplicationScoped
class OperatorSignIn {

    private static final Duration VERIFIED = Duration.ofSeconds(60);
    private static final String HMAC = "HmacSHA256";

    /**
     * What the contract lets an operator be called; others are not looked up and not written down.
     */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");

    private static final String OTHER = "(no operator's name)";
    private static final int LONGEST_PASSWORD = 200;

    private final SecretKeySpec key = new SecretKeySpec(Secrets.random(32), HMAC);
    private final Remembered<ByteBuffer, Boolean> verified = new Remembered<>(1_000, VERIFIED);

    /** Names of whom a password is remembered: of others memory need not be asked. */
    private final Remembered<String, Boolean> verifiedNames = new Remembered<>(1_000, VERIFIED);

    private final KnownOperators known;
    private final Passwords passwords;
    private final SignInThrottle throttle;

    OperatorSignIn(KnownOperators known, Passwords passwords, SignInThrottle throttle) {
        this.known = known;
        this.passwords = passwords;
        this.throttle = throttle;
    }

    /**
     * Who is let in by basic authentication, as far as memory knows; null when it has to be looked
     * into. Never waits.
     */
    @Nullable Admitted known(String name, String password) {
        KnownOperator operator = known.knownName(name);
        return operator == null || operator.secondFactor() || !isVerified(operator, password)
                ? null
                : admitted(operator);
    }

    /**
     * Who is let in by basic authentication; blocks. It has no room for a code, so an operator with
     * a second factor is refused.
     *
     * @throws Problem {@code not_authenticated}, {@code second_factor_required}, {@code
     *     too_many_requests}
     */
    Admitted byPassword(String name, String password, @Nullable String address) {
        KnownOperator operator = withPassword(name, password, address);
        if (operator.secondFactor()) {
            throw new Problem(
                    ProblemCode.SECOND_FACTOR_REQUIRED,
                    "basic authentication carries no code: sign in at the console, or use a token");
        }
        return admitted(operator);
    }

    /**
     * Whose password it is, as the row said at most 5 s ago; blocks. A second factor is not looked
     * at.
     *
     * @throws Problem {@code not_authenticated}, {@code too_many_requests}
     */
    KnownOperator withPassword(String name, String password, @Nullable String address) {
        KnownOperator remembered = verifiedNames.find(name) == null ? null : known.name(name);
        if (remembered != null && isVerified(remembered, password)) {
            // Others' wrong attempts must not lock out who showed the right one a moment ago.
            return remembered;
        }
        String counted = NAME.matcher(name).matches() ? name : OTHER;
        try (SignInThrottle.Attempt attempt = throttle.password(counted, address)) {
            KnownOperator operator = counted.equals(name) ? known.nameNow(name) : null;
            String hash = operator == null ? null : operator.hash();
            if (password.length() <= LONGEST_PASSWORD
                    && passwords.matches(password, hash)
                    && operator != null
                    && hash != null) {
                verified.put(mac(operator, hash, password), true, VERIFIED, verified.generation());
                verifiedNames.put(name, true, VERIFIED, verifiedNames.generation());
                return operator;
            }
            attempt.wrong();
        }
        throw new Problem(ProblemCode.NOT_AUTHENTICATED, "wanted a known name with its password");
    }

    /** Whose token it is, as far as memory knows; null when it has to be asked. Never waits. */
    @Nullable Admitted knownToken(byte[] hash) {
        return known.knownToken(hash);
    }

    /**
     * Whose token it is; blocks.
     *
     * @throws Problem {@code not_authenticated}, {@code too_many_requests}
     */
    Admitted byToken(byte[] hash, @Nullable String address) {
        try (SignInThrottle.Attempt attempt = throttle.token(address)) {
            Admitted admitted = known.token(hash);
            if (admitted != null) {
                return admitted;
            }
            attempt.wrong();
        }
        throw new Problem(
                ProblemCode.NOT_AUTHENTICATED, "wanted a token that is known and in time");
    }

    /**
     * Whose certificate it is, as far as memory knows; null when it has to be asked, or when its
     * time is over. Never waits.
     */
    @Nullable Admitted knownCertificate(ClientCertificate certificate) {
        return certificate.isInTime() ? known.knownCertificate(certificate) : null;
    }

    /**
     * Whose certificate it is; blocks. Its key is in somebody's hands already, so no second factor
     * is asked for.
     *
     * @throws Problem {@code not_authenticated}, {@code too_many_requests}
     */
    Admitted byCertificate(ClientCertificate certificate, @Nullable String address) {
        try (SignInThrottle.Attempt attempt = throttle.token(address)) {
            List<Admitted> owners =
                    certificate.isInTime() ? known.certificate(certificate) : List.of();
            if (owners.size() == 1) {
                return owners.getFirst();
            }
            attempt.wrong();
            throw new Problem(
                    ProblemCode.NOT_AUTHENTICATED,
                    owners.isEmpty()
                            ? "wanted a certificate in time with an operator's name, found another"
                            : "wanted a certificate of one operator, found names of several");
        }
    }

    private static Admitted admitted(KnownOperator operator) {
        return new Admitted(operator.operator(), Credential.shown(SignInMethod.PASSWORD));
    }

    private boolean isVerified(KnownOperator operator, String password) {
        String hash = operator.hash();
        return hash != null && verified.find(mac(operator, hash, password)) != null;
    }

    private ByteBuffer mac(KnownOperator operator, String hash, String password) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(operator.operator().name().getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            mac.update(hash.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return ByteBuffer.wrap(mac.doFinal(password.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
