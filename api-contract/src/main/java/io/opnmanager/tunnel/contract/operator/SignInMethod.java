package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What an operator showed to be let in. */
@Schema(
        enumeration = {"password", "token", "certificate", "openid"},
        description =
                "password: name and password, with a code when there is a second factor. token: an"
                        + " operator token. certificate: a TLS client certificate. openid: OpenID Connect.")
public enum SignInMethod {
    @JsonProperty("password")
    PASSWORD,
    @JsonProperty("token")
    TOKEN,
    @JsonProperty("certificate")
    CERTIFICATE,
    @JsonProperty("openid")
    OPENID
}
