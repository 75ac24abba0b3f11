package io.opnmanager.tunnel.contract.call;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.Kill;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.OfferedUpdate;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.PendingRequest;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.opnmanager.tunnel.contract.agent.Heartbeat;
import io.opnmanager.tunnel.contract.agent.HeartbeatAnswer;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheck;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheckAnswer;
import io.opnmanager.tunnel.contract.agent.Success;
import io.opnmanager.tunnel.contract.agent.TunnelReport;
import io.opnmanager.tunnel.contract.agent.UpdateReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What agents say and hear, as JSON and back, field by field: AgentWordsTest compares each with
 * what the broker's library makes of the same record.
 */
// What a broker leaves out is null, whatever the record promises: the agents ask before they use
// it.
@SuppressWarnings("NullAway")
public final class AgentWords {
    private AgentWords() {}

    /** Reads one kind of answer. */
    @FunctionalInterface
    public interface Reading<T> {
        T of(Fields fields) throws JsonProcessingException;
    }

    public static byte[] write(EnrolmentAsk ask) {
        return Fields.write(json -> {
            json.writeStringField("enrolment_token", ask.enrolmentToken());
            json.writeStringField("hostname", ask.hostname());
            json.writeStringField("agent_version", ask.agentVersion());
            json.writeStringField("platform", ask.platform());
            json.writeStringField("ssh_public_key", ask.sshPublicKey());
            json.writeStringField("web_target", ask.webTarget());
        });
    }

    public static byte[] write(Checkin checkin) {
        return Fields.write(json -> {
            number(json, "firewall_id", checkin.firewallId());
            json.writeStringField("agent_version", checkin.agentVersion());
            json.writeStringField("hostname", checkin.hostname());
            json.writeStringField("platform", checkin.platform());
            json.writeStringField("web_target", checkin.webTarget());
            if (checkin.tunnels() == null) {
                json.writeNullField("tunnels");
            } else {
                json.writeArrayFieldStart("tunnels");
                for (Checkin.HeldTunnel tunnel : checkin.tunnels()) {
                    json.writeStartObject();
                    number(json, "request_id", tunnel.requestId());
                    number(json, "tunnel_pid", tunnel.tunnelPid());
                    number(json, "tunnel_port", tunnel.tunnelPort());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            update(json, checkin.update());
        });
    }

    private static void update(JsonGenerator json, @Nullable UpdateReport update)
            throws IOException {
        if (update == null) {
            json.writeNullField("update");
            return;
        }
        json.writeObjectFieldStart("update");
        truth(json, "enabled", update.enabled());
        json.writeStringField("version", update.version());
        word(json, "state", update.state());
        json.writeStringField("detail", update.detail());
        json.writeEndObject();
    }

    public static byte[] write(TunnelReport report) {
        return Fields.write(json -> {
            number(json, "request_id", report.requestId());
            word(json, "status", report.status());
            number(json, "tunnel_pid", report.tunnelPid());
            number(json, "tunnel_port", report.tunnelPort());
            json.writeStringField("detail", report.detail());
        });
    }

    public static byte[] write(Heartbeat heartbeat) {
        return Fields.write(json -> {
            number(json, "request_id", heartbeat.requestId());
            truth(json, "window", heartbeat.window());
        });
    }

    public static byte[] write(QuickconnectCheck check) {
        return Fields.write(json -> {
            number(json, "firewall_id", check.firewallId());
            number(json, "wait", check.waitSeconds());
        });
    }

    private static void number(JsonGenerator json, String name, @Nullable Number number)
            throws IOException {
        if (number == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, number.longValue());
        }
    }

    private static void truth(JsonGenerator json, String name, @Nullable Boolean truth)
            throws IOException {
        if (truth == null) {
            json.writeNullField(name);
        } else {
            json.writeBooleanField(name, truth);
        }
    }

    private static void word(JsonGenerator json, String name, @Nullable Enum<?> word)
            throws IOException {
        json.writeStringField(name, word == null ? null : Fields.word(word));
    }

    public static EnrolmentAnswer enrolment(Fields fields) throws JsonProcessingException {
        return new EnrolmentAnswer(
                fields.number("firewall_id"),
                fields.text("agent_token"),
                fields.text("ssh_host"),
                fields.smallNumber("ssh_port"),
                fields.text("ssh_user"),
                fields.texts("ssh_host_keys"),
                fields.smallNumber("check_interval"),
                fields.smallNumber("checkin_interval"));
    }

    public static CheckinAnswer checkin(Fields fields) throws JsonProcessingException {
        Fields update = fields.fields("update");
        return new CheckinAnswer(
                all(fields.list("pending_requests"), AgentWords::pending),
                all(fields.list("kill"), AgentWords::kill),
                fields.moment("server_time"),
                fields.smallNumber("checkin_interval"),
                fields.texts("ssh_host_keys"),
                update == null ? null : new OfferedUpdate(update.text("version")));
    }

    private static PendingRequest pending(Fields fields) throws JsonProcessingException {
        return new PendingRequest(
                fields.number("request_id"),
                fields.smallNumber("tunnel_port"),
                fields.text("target_host"),
                fields.smallNumber("target_port"),
                fields.text("ssh_host"),
                fields.smallNumber("ssh_port"),
                fields.moment("deadline"));
    }

    private static Kill kill(Fields fields) throws JsonProcessingException {
        return new Kill(
                fields.number("request_id"),
                fields.numberIfAny("tunnel_pid"),
                fields.word("reason", EndReason.values()));
    }

    public static HeartbeatAnswer heartbeat(Fields fields) throws JsonProcessingException {
        return new HeartbeatAnswer(fields.truth("keep_alive"));
    }

    public static Success success(Fields fields) throws JsonProcessingException {
        return new Success(fields.truth("success"));
    }

    public static QuickconnectCheckAnswer quickconnect(Fields fields)
            throws JsonProcessingException {
        return new QuickconnectCheckAnswer(
                fields.number("firewall_id"), fields.truth("has_requests"));
    }

    /** Without the refused fields: they are for whoever fills in forms. */
    public static ProblemDocument problem(Fields fields) throws JsonProcessingException {
        return new ProblemDocument(
                fields.text("type"),
                fields.text("title"),
                fields.smallNumber("status"),
                fields.text("code"),
                fields.text("detail"),
                null);
    }

    private static <T> @Nullable List<T> all(@Nullable List<Fields> found, Reading<T> reading)
            throws JsonProcessingException {
        if (found == null) {
            return null;
        }
        List<T> all = new ArrayList<>(found.size());
        for (Fields one : found) {
            all.add(reading.of(one));
        }
        return all;
    }
}
