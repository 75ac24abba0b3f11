package io.opnmanager.tunnel.broker.access.stream;

/** A client is not let through; all it sees is the end of its connection. */
final class Refused extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    enum Why {
        TOO_MANY_CONNECTIONS,
        TOO_MANY_HANDSHAKES,
        /** TLS did not come about: no or a wrong certificate, an old version, something else. */
        HANDSHAKE_FAILED,
        HANDSHAKE_TOO_SLOW,
        /** The client named no server. */
        NO_SERVER_NAME,
        /** Nothing has this name, or no longer. */
        UNKNOWN_SERVER_NAME,
        /** The certificate is in order, but not for this. */
        NOT_ALLOWED,
        /** What is behind does not answer. */
        TARGET_UNREACHABLE
    }

    private final Why why;

    Refused(Why why, String detail) {
        super(detail);
        this.why = why;
    }

    Why why() {
        return why;
    }
}
