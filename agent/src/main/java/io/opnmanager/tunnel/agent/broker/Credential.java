package io.opnmanager.tunnel.agent.broker;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import io.opnmanager.tunnel.contract.call.Fields;
import java.io.IOException;
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

    /**
     * Reads the file; a newer agent's may say more.
     *
     * @throws JsonProcessingException when it is damaged; the message may quote the token
     */
    static Credential read(byte[] file) throws JsonProcessingException {
        Fields fields = Fields.read(file);
        List<String> hostKeys = fields.texts("ssh_host_keys");
        return new Credential(
                fields.number("firewall_id"),
                fields.neededText("agent_token"),
                fields.neededText("ssh_host"),
                fields.smallNumber("ssh_port"),
                fields.neededText("ssh_user"),
                hostKeys == null ? List.of() : hostKeys,
                fields.smallNumber("check_interval"),
                fields.smallNumber("checkin_interval"),
                fields.neededText("broker_url"),
                fields.text("ca_file"),
                fields.text("pinned_key"));
    }

    /** Writes the file. */
    byte[] write() {
        return Fields.writeForPeople(json -> {
            json.writeNumberField("firewall_id", firewallId);
            json.writeStringField("agent_token", agentToken);
            json.writeStringField("ssh_host", sshHost);
            json.writeNumberField("ssh_port", sshPort);
            json.writeStringField("ssh_user", sshUser);
            json.writeArrayFieldStart("ssh_host_keys");
            for (String key : sshHostKeys) {
                json.writeString(key);
            }
            json.writeEndArray();
            json.writeNumberField("check_interval", checkInterval);
            json.writeNumberField("checkin_interval", checkinInterval);
            json.writeStringField("broker_url", brokerUrl);
            writeIfAny(json, "ca_file", caFile);
            writeIfAny(json, "pinned_key", pinnedKey);
        });
    }

    private static void writeIfAny(JsonGenerator json, String name, @Nullable String text)
            throws IOException {
        if (text != null) {
            json.writeStringField(name, text);
        }
    }

    /** Without the token: this record may appear in a log. */
    @Override
    public String toString() {
        return "Credential[firewallId=" + firewallId + ", brokerUrl=" + brokerUrl + "]";
    }
}
