package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Where an operator comes from. */
@Schema(
        enumeration = {"local", "openid"},
        description =
                "local: made by an administrator. openid: made at the first sign-in by OpenID Connect;"
                        + " role and tags follow the provider's claims at each sign-in.")
public enum OperatorOrigin {
    @JsonProperty("local")
    LOCAL,
    @JsonProperty("openid")
    OPENID
}
