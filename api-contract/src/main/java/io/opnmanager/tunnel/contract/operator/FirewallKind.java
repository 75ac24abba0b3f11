package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What kind of box a firewall is, which decides how its page is passed through. */
@Schema(
        enumeration = {"opnsense", "pfsense", "generic"},
        description = "What kind of box it is, which decides how its page is passed through.")
public enum FirewallKind {
    @JsonProperty("opnsense")
    OPNSENSE,
    @JsonProperty("pfsense")
    PFSENSE,
    @JsonProperty("generic")
    GENERIC
}
