package io.opnmanager.tunnel.contract.agent;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The firewall's own credential and where its tunnels go.
 *
 * @param firewallId the firewall
 * @param agentToken 256 random bits; shown once
 * @param sshHost where tunnels are opened to
 * @param sshPort its port
 * @param sshUser {@code fw-<firewall id>}
 * @param sshHostKeys the host keys to pin, one line each as in {@code known_hosts} without the host
 * @param checkInterval seconds between two checks of the quickconnect-agent
 * @param checkinInterval seconds between two check-ins of an agent that nobody triggered
 */
@JsonNaming(SnakeCaseStrategy.class)
public record EnrolmentAnswer(
        long firewallId,
        @Schema(description = "256 random bits, shown once.") String agentToken,
        String sshHost,
        int sshPort,
        String sshUser,
        List<String> sshHostKeys,
        @Schema(description = "Seconds.") int checkInterval,
        @Schema(description = "Seconds.") int checkinInterval) {

    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "EnrolmentAnswer[firewallId="
                + firewallId
                + ", sshHost="
                + sshHost
                + ", sshPort="
                + sshPort
                + "]";
    }
}
