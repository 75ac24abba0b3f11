package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What an enrolment line puts onto a machine. */
@Schema(
        enumeration = {"opnsense", "debian", "container"},
        description =
                "opnsense: the agent without Java, for OPNsense, pfSense, FreeBSD, OpenWrt and any box with sh, curl and ssh. debian: the"
                        + " packages. container: the image that is configured.")
public enum EnrolmentKind {
    @JsonProperty("opnsense")
    OPNSENSE,
    @JsonProperty("debian")
    DEBIAN,
    @JsonProperty("container")
    CONTAINER
}
