package io.opnmanager.tunnel.broker.identity;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Time-based one-time passwords (RFC 6238) with the parameters every authenticator app knows:
 * SHA-1, 6 digits, steps of 30 s.
 */
final class Totp {

    /** RFC 4226 §4 R6: 160 bits are recommended. */
    static final int SECRET_BYTES = 20;

    /** RFC 6238 §4.1. */
    private static final int STEP_SECONDS = 30;

    /** RFC 6238 §5.2: one step for the delay and for clocks that differ, each way. */
    private static final int SKEW = 1;

    private static final int MODULUS = 1_000_000;
    private static final String HMAC = "HmacSHA1";
    private static final String ISSUER = "OPNManager Tunnel";

    private Totp() {}

    /** The number of the time step of a moment. */
    static long step(Instant moment) {
        return Math.floorDiv(moment.getEpochSecond(), STEP_SECONDS);
    }

    /** The six digits of one time step (RFC 4226 §5.3). */
    static String code(byte[] secret, long step) {
        byte[] hash;
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(secret, HMAC));
            hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java has HmacSHA1", e);
        }
        int offset = hash[hash.length - 1] & 0xf;
        int truncated = ByteBuffer.wrap(hash).getInt(offset) & Integer.MAX_VALUE;
        return "%06d".formatted(truncated % MODULUS);
    }

    /** The time step near this moment whose code it is; empty when it is none's. */
    static OptionalLong match(byte[] secret, Instant now, String code) {
        OptionalLong found = OptionalLong.empty();
        for (long step = step(now) - SKEW; step <= step(now) + SKEW; step++) {
            boolean same =
                    MessageDigest.isEqual(
                            code(secret, step).getBytes(StandardCharsets.US_ASCII),
                            code.getBytes(StandardCharsets.UTF_8));
            if (same) {
                found = OptionalLong.of(step);
            }
        }
        return found;
    }

    /** What a QR code for an authenticator says (Key Uri Format of Google Authenticator). */
    static String uri(String operator, byte[] secret) {
        String issuer = URLEncoder.encode(ISSUER, StandardCharsets.UTF_8).replace("+", "%20");
        return "otpauth://totp/%1$s:%2$s?secret=%3$s&issuer=%1$s&algorithm=SHA1&digits=6&period=%4$d"
                .formatted(issuer, operator, Base32.encode(secret), STEP_SECONDS);
    }
}
