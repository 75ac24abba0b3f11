package io.opnmanager.tunnel.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** How far an agent is with a version that it was offered. */
@Schema(
        enumeration = {"none", "trying", "confirmed", "went_back", "refused"},
        description =
                "none: nothing was tried; trying: the new version runs and has to reach the broker; confirmed: it did; went_back: it did"
                        + " not, and the old one runs again; refused: it was not even started, because a check said no.")
public enum UpdateState {
    @JsonProperty("none")
    NONE,
    @JsonProperty("trying")
    TRYING,
    @JsonProperty("confirmed")
    CONFIRMED,
    @JsonProperty("went_back")
    WENT_BACK,
    @JsonProperty("refused")
    REFUSED
}
