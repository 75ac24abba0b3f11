package io.opnmanager.tunnel.broker.identity;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** What an {@code Authorization} header holds (RFC 6750, RFC 7617). */
sealed interface AuthorizationHeader {

    /** A token of an agent, as its SHA-256. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    record AgentToken(byte[] hash) implements AuthorizationHeader {}

    /** A token of an operator, as its SHA-256. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never shown.
    record OperatorToken(byte[] hash) implements AuthorizationHeader {}

    /** A name and a password. */
    record Password(String name, String password) implements AuthorizationHeader {

        /** Without the password: this record may appear in a log. */
        @Override
        public String toString() {
            return "Password[name=" + name + "]";
        }
    }

    /** There is none. */
    record Absent() implements AuthorizationHeader {}

    /** Something else: another scheme, no base64, or two headers, of which each could be meant. */
    record Unreadable() implements AuthorizationHeader {}

    /** Reads all headers of this name. */
    static AuthorizationHeader read(List<String> headers) {
        if (headers.isEmpty()) {
            return new Absent();
        }
        String header = headers.getFirst().strip();
        int space = header.indexOf(' ');
        if (headers.size() > 1 || space < 0) {
            return new Unreadable();
        }
        String value = header.substring(space + 1).strip();
        return switch (header.substring(0, space).toLowerCase(Locale.ROOT)) {
            case "bearer" -> token(value);
            case "basic" -> password(value);
            default -> new Unreadable();
        };
    }

    private static AuthorizationHeader token(String value) {
        if (value.startsWith(Secrets.AGENT_PREFIX)) {
            return new AgentToken(Secrets.hash(value));
        }
        if (value.startsWith(Secrets.OPERATOR_PREFIX)) {
            return new OperatorToken(Secrets.hash(value));
        }
        return new Unreadable();
    }

    private static AuthorizationHeader password(String value) {
        String text;
        try {
            text = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return new Unreadable();
        }
        int colon = text.indexOf(':');
        return colon < 0
                ? new Unreadable()
                : new Password(text.substring(0, colon), text.substring(colon + 1));
    }
}
