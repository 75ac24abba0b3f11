package io.opnmanager.tunnel.broker.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes tokens and their hashes. A token is a prefix and 256 random bits, so a plain SHA-256 of it
 * can stand in the database: there is nothing to guess.
 */
public final class Secrets {

    /** Begins every agent token. */
    public static final String AGENT_PREFIX = "opa_";

    /** Begins every operator token. */
    public static final String OPERATOR_PREFIX = "opo_";

    /** Begins every enrolment token. */
    public static final String ENROLMENT_PREFIX = "ope_";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    private Secrets() {}

    /** A new token: the prefix and 43 characters of base64url. Show it once, keep its hash. */
    public static String newToken(String prefix) {
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(random(BYTES));
    }

    /** SHA-256 of a token, 32 bytes. */
    public static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return random;
    }
}
