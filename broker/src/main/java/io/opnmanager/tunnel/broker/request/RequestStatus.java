package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import org.jspecify.annotations.Nullable;

/**
 * The table of states: every legal move of a request. Whatever is not here does not happen. {@code
 * docs/protocol.md} shows the same table, printed from this class by a test.
 */
final class RequestStatus {

    private RequestStatus() {}

    /**
     * Where a request goes when its tunnel is up, reported and probed; {@code null} when that is no
     * legal move.
     */
    static @Nullable Status established(Status from) {
        return switch (from) {
            case PENDING -> Status.ACTIVE;
            case ACTIVE, DISCONNECTED, TIMEOUT, EXPIRED -> null;
        };
    }

    /** Where a request goes when it ends for a reason; {@code null} when that is no legal move. */
    static @Nullable Status ended(Status from, EndReason reason) {
        return switch (from) {
            case PENDING -> endedPending(reason);
            case ACTIVE -> endedActive(reason);
            case DISCONNECTED, TIMEOUT, EXPIRED -> null;
        };
    }

    private static @Nullable Status endedPending(EndReason reason) {
        return switch (reason) {
            case DEADLINE, AGENT_FAILED -> Status.TIMEOUT;
            case CLOSED,
                    WINDOW_GONE,
                    HEARTBEAT_MISSED,
                    LINE_LOST,
                    AGENT_CLOSED,
                    BYTE_LIMIT,
                    CERTIFICATE_CHANGED,
                    CREDENTIAL_REVOKED,
                    RIGHTS_WITHDRAWN,
                    BROKER_STOPPED,
                    NODE_LOST ->
                    Status.DISCONNECTED;
            // These speak of a tunnel that was up.
            case PROBE_FAILED, LIFETIME, IDLE, BROKER_RESTARTED -> null;
        };
    }

    private static @Nullable Status endedActive(EndReason reason) {
        return switch (reason) {
            case LIFETIME -> Status.EXPIRED;
            case CLOSED,
                    WINDOW_GONE,
                    HEARTBEAT_MISSED,
                    LINE_LOST,
                    PROBE_FAILED,
                    AGENT_CLOSED,
                    AGENT_FAILED,
                    IDLE,
                    BYTE_LIMIT,
                    CERTIFICATE_CHANGED,
                    CREDENTIAL_REVOKED,
                    RIGHTS_WITHDRAWN,
                    BROKER_STOPPED,
                    BROKER_RESTARTED,
                    NODE_LOST ->
                    Status.DISCONNECTED;
            case DEADLINE -> null;
        };
    }
}
