package io.opnmanager.tunnel.contract;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The five states of a request. What moves a request from one to the next is the broker's business.
 */
@Schema(
        enumeration = {"pending", "active", "disconnected", "timeout", "expired"},
        description =
                "pending: asked for, not yet up. active: up and probed. disconnected, timeout, expired: ended.")
public enum Status {
    @JsonProperty("pending")
    PENDING,
    @JsonProperty("active")
    ACTIVE,
    @JsonProperty("disconnected")
    DISCONNECTED,
    @JsonProperty("timeout")
    TIMEOUT,
    @JsonProperty("expired")
    EXPIRED
}
