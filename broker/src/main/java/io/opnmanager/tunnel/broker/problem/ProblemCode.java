package io.opnmanager.tunnel.broker.problem;

import java.util.Locale;

/**
 * The closed list of stable codes, each with its HTTP status. Programs decide by them: never rename
 * one.
 */
public enum ProblemCode {
    /** The body is no JSON. */
    MALFORMED_JSON(400),
    /** A field is missing, of the wrong type or out of bounds. */
    INVALID_FIELD(400),
    /** The target is not one that a tunnel may lead to. */
    TARGET_REFUSED(400),
    /** The SSH public key is of a kind or size that is not accepted. */
    SSH_KEY_REFUSED(400),
    /** A reason has to be given. */
    REASON_REQUIRED(400),
    /** No credential, or one that is not known, or no longer. */
    NOT_AUTHENTICATED(401),
    /** The enrolment token is unknown, used or expired. */
    ENROLMENT_TOKEN_REFUSED(401),
    /** The password is right, and the operator's second factor is missing. */
    SECOND_FACTOR_REQUIRED(401),
    /** The caller is known but this is not for such callers. */
    NOT_ALLOWED(403),
    /** The named firewall, request or approval is someone else's, or outside the caller's reach. */
    NOT_YOURS(403),
    /** Another operator has to grant it first; see approvals. */
    APPROVAL_REQUIRED(403),
    /** Nobody decides about what they asked for themselves. */
    OWN_APPROVAL(403),
    /** A browser sent this with its credential, but not from the console's own pages. */
    CROSS_SITE(403),
    /** Signed in, but the password that was to confirm it is wrong. */
    WRONG_PASSWORD(403),
    /** Signed in, but the code that was to confirm it is wrong or was used before. */
    WRONG_CODE(403),
    /** No such path. */
    NOT_FOUND(404),
    FIREWALL_UNKNOWN(404),
    REQUEST_UNKNOWN(404),
    APPROVAL_UNKNOWN(404),
    OPERATOR_UNKNOWN(404),
    TOKEN_UNKNOWN(404),
    METHOD_NOT_ALLOWED(405),
    NOT_ACCEPTABLE(406),
    FIREWALL_EXISTS(409),
    OPERATOR_EXISTS(409),
    TOKEN_EXISTS(409),
    /** The operator holds as many live tokens as are allowed. */
    TOKEN_LIMIT(409),
    /** The name in TLS client certificates is another operator's. */
    CERTIFICATE_NAME_EXISTS(409),
    /** The operator has no password: they sign in another way. */
    NO_PASSWORD(409),
    NO_SECOND_FACTOR(409),
    SECOND_FACTOR_EXISTS(409),
    /** The firewall holds no credential yet, so no agent could open a tunnel. */
    NOT_ENROLLED(409),
    /** A session can be entered only while its request is active. */
    REQUEST_NOT_ACTIVE(409),
    /** The target is no web page, so that a browser has nothing to enter. */
    NO_PAGE(409),
    /** Without this operator there would be no local administrator without limits. */
    LAST_ADMINISTRATOR(409),
    /** The request has ended: nothing of it can be changed. */
    REQUEST_ENDED(409),
    /** It was granted or refused already, or its time is over. */
    APPROVAL_DECIDED(409),
    /** The person has not signed in at the provider yet: ask again. */
    SIGN_IN_PENDING(409),
    /** There is no release of agents here that verifies, or nothing of the wanted kind in it. */
    NO_RELEASE(409),
    /** The same Idempotency-Key came with another body. */
    IDEMPOTENCY_KEY_REUSED(409),
    /** The body is larger than 64 KiB. */
    BODY_TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    /** Too many requests of this caller or address; see Retry-After. */
    TOO_MANY_REQUESTS(429),
    /** A fault of the broker; its log says more under the same moment. */
    INTERNAL(500),
    /** Every port of the range is in use or in quarantine; see Retry-After. */
    NO_PORT_FREE(503),
    /** The broker is being stopped and takes nothing new; see Retry-After. */
    DRAINING(503),
    /** The database does not answer; see Retry-After. */
    DATABASE_UNAVAILABLE(503),
    /** The provider of OpenID Connect does not answer, or not as it should; see Retry-After. */
    OPENID_UNAVAILABLE(503),
    /** This node has not the key that second factors are encrypted with; its log says more. */
    SECOND_FACTOR_UNAVAILABLE(503);

    private final int status;

    ProblemCode(int status) {
        this.status = status;
    }

    /** The HTTP status it is answered with. */
    public int status() {
        return status;
    }

    /** The word on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
