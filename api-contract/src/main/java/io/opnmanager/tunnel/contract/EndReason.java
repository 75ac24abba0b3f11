package io.opnmanager.tunnel.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Why a request ended: a closed list, one word each, beside the final {@link Status}. */
@Schema(
        description =
                "closed: someone closed it. window_gone: no sign from any tab. heartbeat_missed: nobody said that it is still wanted."
                        + " line_lost: the SSH line ended or its peer was silent. probe_failed: the firewall's page no longer answered through the tunnel."
                        + " agent_closed: the agent closed it. agent_failed: the agent could not open it. deadline: not up in time. lifetime: the longest"
                        + " allowed time is over. idle: no byte for too long. byte_limit: the agreed bytes are used up. certificate_changed: the target"
                        + " showed another certificate than the pinned one. credential_revoked: the firewall's credential was revoked or rotated."
                        + " rights_withdrawn: its operator was removed or may no longer have it."
                        + " broker_stopped: the broker was stopped. broker_restarted: the broker came back without its lines. node_lost: the node that"
                        + " held the line is gone.",
        enumeration = {
            "closed",
            "window_gone",
            "heartbeat_missed",
            "line_lost",
            "probe_failed",
            "agent_closed",
            "agent_failed",
            "deadline",
            "lifetime",
            "idle",
            "byte_limit",
            "certificate_changed",
            "credential_revoked",
            "rights_withdrawn",
            "broker_stopped",
            "broker_restarted",
            "node_lost"
        })
public enum EndReason {
    @JsonProperty("closed")
    CLOSED,
    @JsonProperty("window_gone")
    WINDOW_GONE,
    @JsonProperty("heartbeat_missed")
    HEARTBEAT_MISSED,
    @JsonProperty("line_lost")
    LINE_LOST,
    @JsonProperty("probe_failed")
    PROBE_FAILED,
    @JsonProperty("agent_closed")
    AGENT_CLOSED,
    @JsonProperty("agent_failed")
    AGENT_FAILED,
    @JsonProperty("deadline")
    DEADLINE,
    @JsonProperty("lifetime")
    LIFETIME,
    @JsonProperty("idle")
    IDLE,
    @JsonProperty("byte_limit")
    BYTE_LIMIT,
    @JsonProperty("certificate_changed")
    CERTIFICATE_CHANGED,
    @JsonProperty("credential_revoked")
    CREDENTIAL_REVOKED,
    @JsonProperty("rights_withdrawn")
    RIGHTS_WITHDRAWN,
    @JsonProperty("broker_stopped")
    BROKER_STOPPED,
    @JsonProperty("broker_restarted")
    BROKER_RESTARTED,
    @JsonProperty("node_lost")
    NODE_LOST
}
