package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Why a connection through the gateway ended. */
@Schema(
        enumeration = {"done", "broken", "idle", "stalled", "cut"},
        description =
                "done: both sides had said all. broken: a side hung up in the middle. idle: no byte in either direction for too long."
                        + " stalled: a side took nothing for too long. cut: the session ended, the right was withdrawn, or the broker stopped.")
public enum StreamEnd {
    @JsonProperty("done")
    DONE,
    @JsonProperty("broken")
    BROKEN,
    @JsonProperty("idle")
    IDLE,
    @JsonProperty("stalled")
    STALLED,
    @JsonProperty("cut")
    CUT
}
