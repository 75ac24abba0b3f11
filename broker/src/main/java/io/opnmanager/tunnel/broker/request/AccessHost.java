package io.opnmanager.tunnel.broker.request;

import java.security.SecureRandom;

/**
 * Makes the first label of a session's own host. It is 130 random bits, so that nobody guesses it,
 * and it is never given out again: a browser may still know things of a host that has gone.
 */
final class AccessHost {

    /** RFC 4648 §6 in lower case: every one of them may stand in a host name. */
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private static final int LENGTH = 26;
    private static final SecureRandom RANDOM = new SecureRandom();

    private AccessHost() {}

    static String fresh() {
        return RANDOM.ints(LENGTH, 0, ALPHABET.length())
                .collect(
                        StringBuilder::new,
                        (label, index) -> label.append(ALPHABET.charAt(index)),
                        StringBuilder::append)
                .toString();
    }
}
