package io.opnmanager.tunnel.contract.call;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.UpdateState;
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
import io.opnmanager.tunnel.contract.agent.TunnelReport.ReportedStatus;
import io.opnmanager.tunnel.contract.agent.UpdateReport;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same as the broker's library makes of the same records, there and back. */
class AgentWordsTest {

    private static final Instant MOMENT = Instant.parse("2026-02-03T04:05:06.789Z");

    private static final ObjectMapper BROKER =
            new ObjectMapper()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
                    .registerModule(
                            new SimpleModule()
                                    .addSerializer(Instant.class, new ToStringSerializer())
                                    .addDeserializer(Instant.class, new Moments()));

    private static final class Moments extends JsonDeserializer<Instant> {
        @Override
        public Instant deserialize(JsonParser json, DeserializationContext context)
                throws IOException {
            return Instant.parse(json.getText());
        }
    }

    private static void says(byte[] written, Object record) throws IOException {
        assertThat(BROKER.readTree(written))
                .isEqualTo(BROKER.readTree(BROKER.writeValueAsBytes(record)));
    }

    private static <T> void hears(AgentWords.Reading<T> reading, T record) throws IOException {
        assertThat(reading.of(Fields.read(BROKER.writeValueAsBytes(record)))).isEqualTo(record);
    }

    /** With nothing that a record could do without, and with everything. */
    @Test
    void what_agents_say_is_written_as_the_broker_would() throws IOException {
        EnrolmentAsk ask =
                new EnrolmentAsk("t", "büro \"1\"\n", "1", "Linux", "ssh-ed25519 A", "w");
        says(AgentWords.write(ask), ask);
        EnrolmentAsk less = new EnrolmentAsk("t", "h", "1", "p", "k", null);
        says(AgentWords.write(less), less);

        Checkin idle = new Checkin(7L, null, null, null, null, null, null);
        says(AgentWords.write(idle), idle);
        Checkin busy =
                new Checkin(
                        Long.MAX_VALUE,
                        "1.2.3",
                        "host",
                        "platform",
                        "https://localhost:443",
                        List.of(
                                new Checkin.HeldTunnel(1L, 2L, 3),
                                new Checkin.HeldTunnel(4L, null, null)),
                        new UpdateReport(true, "1.2.4", UpdateState.WENT_BACK, "why"));
        says(AgentWords.write(busy), busy);
        Checkin reporting =
                new Checkin(
                        7L,
                        "1",
                        "h",
                        "p",
                        "w",
                        List.of(),
                        new UpdateReport(null, null, null, null));
        says(AgentWords.write(reporting), reporting);

        says(AgentWords.write(new Heartbeat(1L, null)), new Heartbeat(1L, null));
        says(AgentWords.write(new Heartbeat(1L, true)), new Heartbeat(1L, true));
        says(AgentWords.write(new QuickconnectCheck(1L, null)), new QuickconnectCheck(1L, null));
        says(AgentWords.write(new QuickconnectCheck(1L, 15)), new QuickconnectCheck(1L, 15));
    }

    @ParameterizedTest
    @EnumSource
    void every_report_is_written_as_the_broker_would(ReportedStatus status) throws IOException {
        TunnelReport whole = new TunnelReport(1L, status, 2L, 3, "detail");
        says(AgentWords.write(whole), whole);
        TunnelReport bare = new TunnelReport(1L, status, null, null, null);
        says(AgentWords.write(bare), bare);
    }

    @ParameterizedTest
    @EnumSource
    void every_state_of_an_update_is_written_as_the_broker_would(UpdateState state)
            throws IOException {
        Checkin checkin =
                new Checkin(
                        1L, null, null, null, null, null, new UpdateReport(false, "1", state, ""));
        says(AgentWords.write(checkin), checkin);
    }

    @Test
    void answers_of_the_broker_are_read_as_it_means_them() throws IOException {
        hears(
                AgentWords::enrolment,
                new EnrolmentAnswer(1, "t", "h", 22, "u", List.of("a b", "c d"), 15, 60));
        hears(AgentWords::heartbeat, new HeartbeatAnswer(true));
        hears(AgentWords::heartbeat, new HeartbeatAnswer(false));
        hears(AgentWords::success, Success.YES);
        hears(AgentWords::quickconnect, new QuickconnectCheckAnswer(9, true));
        hears(AgentWords::problem, new ProblemDocument("about:blank", "T", 409, "c", "d", null));
        hears(
                AgentWords::checkin,
                new CheckinAnswer(
                        List.of(
                                new PendingRequest(1, 2, "h", 3, "s", 4, MOMENT),
                                new PendingRequest(5, 6, "h", 7, "s", 8, MOMENT)),
                        Arrays.stream(EndReason.values())
                                .map(reason -> new Kill(1, 2L, reason))
                                .toList(),
                        MOMENT,
                        60,
                        List.of("key"),
                        new OfferedUpdate("1.2.3")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"pending_requests\":null,\"kill\":null,\"server_time\":null,\"update\":null}",
                "{\"pending_requests\":[{}],\"kill\":[{}],\"ssh_host_keys\":[],\"update\":{}}",
                "{\"kill\":[{\"request_id\":1,\"reason\":\"word_of_tomorrow\"}]}",
                "{\"field_of_tomorrow\":{\"a\":[1,2.5,{\"b\":null}]},\"checkin_interval\":30}"
            })
    void what_is_missing_or_of_a_newer_broker_is_read_as_the_broker_s_library_would(String answer)
            throws IOException {
        assertThat(AgentWords.checkin(Fields.read(answer.getBytes(UTF_8))))
                .isEqualTo(BROKER.readValue(answer, CheckinAnswer.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{",
                "{} {}",
                "{\"checkin_interval\":\"sixty\"}",
                "{\"checkin_interval\":4294967296}",
                "{\"checkin_interval\":1.5}",
                "{\"pending_requests\":{}}",
                "{\"kill\":[1]}",
                "{\"kill\":[null]}",
                "{\"ssh_host_keys\":[1]}",
                "{\"server_time\":\"yesterday\"}",
                "{\"update\":\"1.2.3\"}",
                "{\"checkin_interval\":99999999999999999999}"
            })
    void what_is_of_another_kind_is_no_answer(String answer) {
        assertThatThrownBy(() -> AgentWords.checkin(Fields.read(answer.getBytes(UTF_8))))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void an_answer_that_is_nested_without_end_is_no_answer() {
        String deep = "{\"a\":" + "[".repeat(100_000);
        assertThatThrownBy(() -> Fields.read(deep.getBytes(UTF_8)))
                .isInstanceOf(JsonProcessingException.class)
                .hasMessageContaining("nesting depth");
    }
}
