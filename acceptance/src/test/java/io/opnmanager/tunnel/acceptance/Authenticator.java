package io.opnmanager.tunnel.acceptance;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An authenticator app: six digits of a shared key, others every 30 s (RFC 6238, SHA-1). Written
 * apart from the broker's, so that both are right or differ.
 */
final class Authenticator {

    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int STEP_SECONDS = 30;

    private final byte[] key;

    /** Takes the key as a person types it: base32, blanks do not matter. */
    Authenticator(String typed) {
        String letters = typed.replaceAll("\\s", "");
        ByteBuffer bytes = ByteBuffer.allocate(letters.length() * 5 / 8);
        int bits = 0;
        int held = 0;
        for (int i = 0; i < letters.length(); i++) {
            bits = bits << 5 | BASE32.indexOf(letters.charAt(i));
            held += 5;
            if (held >= 8) {
                held -= 8;
                bytes.put((byte) (bits >> held));
            }
        }
        key = bytes.array();
    }

    String at(Instant moment) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(key, "HmacSHA1"));
        byte[] hash =
                mac.doFinal(
                        ByteBuffer.allocate(Long.BYTES)
                                .putLong(moment.getEpochSecond() / STEP_SECONDS)
                                .array());
        int number = ByteBuffer.wrap(hash).getInt(hash[hash.length - 1] & 0xf) & 0x7fffffff;
        return String.format(Locale.ROOT, "%06d", number % 1_000_000);
    }
}
