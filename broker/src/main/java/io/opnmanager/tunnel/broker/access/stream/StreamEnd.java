package io.opnmanager.tunnel.broker.access.stream;

/** Why a connection ended. */
enum StreamEnd {
    /** Both sides had said all. */
    DONE,
    /** A side hung up in the middle. */
    BROKEN,
    /** No byte in either direction for the idle time. */
    IDLE,
    /** A side took nothing for the stall time. */
    STALLED,
    /** The session ended, the right was withdrawn, or the broker stopped. */
    CUT
}
