package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import org.jspecify.annotations.Nullable;

/** Why a request ended, in plain words, and what to do. */
final class EndWords {

    private EndWords() {}

    static String of(TunnelRequest request) {
        String words = words(request.endReason());
        return request.detail() == null ? words : words + " (" + request.detail() + ")";
    }

    private static String words(@Nullable EndReason reason) {
        if (reason == null) {
            return "it ended";
        }
        return switch (reason) {
            case CLOSED -> "somebody closed it";
            case WINDOW_GONE -> "its browser window was closed";
            case HEARTBEAT_MISSED -> "the broker heard nothing of this program for too long";
            case LINE_LOST -> "the firewall's line was lost";
            case PROBE_FAILED -> "what is behind it no longer answered";
            case AGENT_CLOSED -> "the firewall's agent closed it";
            case AGENT_FAILED ->
                    "the firewall's agent could not open it: may it reach this target?";
            case DEADLINE -> "the firewall did not connect in time: is it online?";
            case LIFETIME -> "its time is over";
            case IDLE -> "nothing went through for too long";
            case BYTE_LIMIT -> "the agreed bytes are used up";
            case CERTIFICATE_CHANGED ->
                    "the firewall showed another certificate than before: look at it in the console";
            case CREDENTIAL_REVOKED -> "the firewall's credential was revoked";
            case RIGHTS_WITHDRAWN -> "you may no longer have it";
            case BROKER_STOPPED, BROKER_RESTARTED -> "the broker was restarted";
            case NODE_LOST -> "the broker's node is gone";
        };
    }
}
