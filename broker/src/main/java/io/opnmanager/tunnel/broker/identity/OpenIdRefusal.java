package io.opnmanager.tunnel.broker.identity;

import java.util.Locale;

/**
 * Why somebody who came by OpenID Connect is not let in: the words in {@code
 * /sign-in?error=openid_…}, which the console explains.
 */
enum OpenIdRefusal {
    /** The provider refused, or what came back from it is not an answer to what was asked. */
    FAILED,
    /** The provider does not answer. */
    UNAVAILABLE,
    /** None of the roles at the provider is one of ours. */
    NO_ROLE,
    /** Tags are wanted and the provider told none that are right. */
    NO_TAGS,
    /** The provider told no name. */
    NO_NAME,
    /** The name belongs to another operator, local or of another account at the provider. */
    NAME_TAKEN,
    /** Too many failed, from this address or altogether. */
    TOO_MANY;

    /** The word in the address. */
    String word() {
        return "openid_" + name().toLowerCase(Locale.ROOT);
    }

    /** Thrown where it shows. */
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;

        private static final int LONGEST_DETAIL = 300;

        private final OpenIdRefusal why;
        private final String detail;

        /** With what the log says; some of it was written by others. */
        Refused(OpenIdRefusal why, String detail) {
            String line = detail.replaceAll("\\p{Cntrl}+", " ");
            this.why = why;
            this.detail = line.substring(0, Math.min(line.length(), LONGEST_DETAIL));
            // No stack trace: it is an answer.
            super(line, null, false, false);
        }

        String detail() {
            return detail;
        }

        OpenIdRefusal why() {
            return why;
        }
    }
}
