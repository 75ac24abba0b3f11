package io.opnmanager.tunnel.agent.broker;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What enrolment gave, as it lies in the state folder. The quickconnect-agent reads the same file:
 * its names are a contract between the two.
 *
 * @param firewallId the firewall
 * @param agentToken the secret
 * @param sshHost where tunnels go when a request does not say
 * @param sshPort its port
 * @param sshUser user of the SSH lines
 * @param sshHostKeys the only host keys that are accepted
 * @param checkInterval seconds between two checks
 * @param checkinInterval seconds between two check-ins
 * @param brokerUrl the broker
 * @param caFile authorities to trust instead of the system's
 * @param pinnedKey the one public key to trust
 */
@RegisterForReflection
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Credential(
        long firewallId,
        String agentToken,
        String sshHost,
        int sshPort,
        String sshUser,
        List<String> sshHostKeys,
        int checkInterval,
        int checkinInterval,
        String brokerUrl,
        @Nullable String caFile,
        @Nullable String pinnedKey) {

    /** Joins what the broker answered with where it was asked. */
    public static Credential of(EnrolmentAnswer answer, BrokerAddress address) {
        return new Credential(
                answer.firewallId(),
                answer.agentToken(),
                answer.sshHost(),
                answer.sshPort(),
                answer.sshUser(),
                answer.sshHostKeys(),
                answer.checkInterval(),
                answer.checkinInterval(),
                address.url().toString(),
                address.caFile() == null ? null : address.caFile().toAbsolutePath().toString(),
                address.pinnedKey());
    }

    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "Credential[firewallId=" + firewallId + ", brokerUrl=" + brokerUrl + "]";
    }
}
