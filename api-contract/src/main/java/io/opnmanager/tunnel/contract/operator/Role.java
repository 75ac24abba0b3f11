package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What an operator may do. */
@Schema(
        enumeration = {"administrator", "operator", "viewer"},
        description =
                "administrator: everything. operator: see firewalls, accept their certificates, open and"
                        + " close own requests. viewer: see firewalls and requests, change nothing but"
                        + " the own sign-in.")
public enum Role {
    @JsonProperty("administrator")
    ADMINISTRATOR,
    @JsonProperty("operator")
    OPERATOR,
    @JsonProperty("viewer")
    VIEWER
}
