package io.opnmanager.tunnel.contract.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;

/**
 * A token for one enrolment.
 *
 * @param firewallId the firewall that it enrols
 * @param enrolmentToken shown once
 * @param expiresAt after this moment it is refused
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EnrolmentToken(long firewallId, String enrolmentToken, Instant expiresAt) {
    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "EnrolmentToken[firewallId=" + firewallId + ", expiresAt=" + expiresAt + "]";
    }
}
