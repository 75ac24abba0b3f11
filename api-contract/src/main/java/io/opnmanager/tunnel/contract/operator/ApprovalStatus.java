package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Where an approval is in its life. */
@Schema(
        enumeration = {"waiting", "granted", "refused", "used", "expired"},
        description =
                "waiting: nobody has decided. granted: good for one request. refused: another operator said no. used: a request was"
                        + " made with it. expired: not decided, or not used, in time.")
public enum ApprovalStatus {
    @JsonProperty("waiting")
    WAITING,
    @JsonProperty("granted")
    GRANTED,
    @JsonProperty("refused")
    REFUSED,
    @JsonProperty("used")
    USED,
    @JsonProperty("expired")
    EXPIRED
}
