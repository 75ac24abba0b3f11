package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A line to paste into a root shell.
 *
 * @param firewallId the firewall that it enrols
 * @param kind what it puts onto the machine
 * @param version of the agent that it installs
 * @param line one line for sh, bash, csh and tcsh; holds a single-use token and is shown once
 * @param expiresAt after this moment its token is refused
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EnrolmentLine(
        long firewallId,
        EnrolmentKind kind,
        String version,
        @Schema(description = "For sh, bash, csh and tcsh. Holds a single-use token; shown once.")
                String line,
        Instant expiresAt) {

    /** Without the line, which holds a token: this record may appear in a log. */
    @Override
    public String toString() {
        return "EnrolmentLine[firewallId=" + firewallId + ", expiresAt=" + expiresAt + "]";
    }
}
