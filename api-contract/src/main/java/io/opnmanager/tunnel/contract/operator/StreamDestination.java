package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a connection through the gateway leads to. */
@Schema(
        enumeration = {"request", "service"},
        description = "request: a live session. service: a service of the configuration.")
public enum StreamDestination {
    @JsonProperty("request")
    REQUEST,
    @JsonProperty("service")
    SERVICE
}
