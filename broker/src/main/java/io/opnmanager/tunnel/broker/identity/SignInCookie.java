package io.opnmanager.tunnel.broker.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The cookie of the console's sign-in. By its prefix browsers take it over TLS (or on localhost)
 * only, keep it for this host alone, and show it at every path (RFC 6265bis §4.1.3.2).
 */
public final class SignInCookie {

    /**
     * Its name. Never to be passed on to a firewall, nor to be taken from one: neither this name
     * nor one that a lenient parser takes for it (other case, spaces around).
     */
    public static final String NAME = "__Host-opnmanager-sign-in";

    private static final String PREFIX = "ops_";
    private static final Pattern VALUE = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");
    private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Strict";

    private SignInCookie() {}

    /** What the {@code Cookie} headers of a request hold. */
    sealed interface Found {}

    /** There is none. */
    record Absent() implements Found {}

    /** One of the right form. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    record Value(byte[] hash) implements Found {}

    /** Two, of which each could be meant, or one that no broker made. */
    record Unreadable() implements Found {}

    /** Reads all headers of this name: HTTP/2 may split them (RFC 9113 §8.2.3). */
    static Found read(List<String> headers) {
        List<String> values = new ArrayList<>();
        for (String header : headers) {
            for (String pair : header.split(";", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair.strip() : pair.substring(0, equals).strip();
                if (name.equals(NAME)) {
                    values.add(equals < 0 ? "" : pair.substring(equals + 1).strip());
                }
            }
        }
        if (values.isEmpty()) {
            return new Absent();
        }
        return values.size() == 1 && VALUE.matcher(values.getFirst()).matches()
                ? new Value(Secrets.hash(values.getFirst()))
                : new Unreadable();
    }

    /** A new value, 256 random bits. */
    static String newValue() {
        return Secrets.newToken(PREFIX);
    }

    /**
     * The {@code Set-Cookie} header that hands out a value. Without an age: the browser forgets it
     * when it is closed, and the broker knows by itself when it ends.
     */
    static String set(String value) {
        return NAME + "=" + value + ATTRIBUTES;
    }

    /** The {@code Set-Cookie} header that takes it back. */
    static String expire() {
        return NAME + "=" + ATTRIBUTES + "; Max-Age=0";
    }
}
