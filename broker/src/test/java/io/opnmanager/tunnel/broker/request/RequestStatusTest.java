package io.opnmanager.tunnel.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.DocumentRegion;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestStatusTest {

    private static final Set<Status> ENDED =
            EnumSet.of(Status.DISCONNECTED, Status.TIMEOUT, Status.EXPIRED);

    @Test
    void the_protocol_document_shows_this_grid() throws IOException {
        new DocumentRegion("docs/protocol.md", "grid of legal moves").says(grid());
    }

    @Test
    void only_a_pending_request_becomes_active() {
        assertThat(RequestStatus.established(Status.PENDING)).isEqualTo(Status.ACTIVE);
        assertThat(RequestStatus.established(Status.ACTIVE)).isNull();
        assertThat(RequestStatus.established(Status.DISCONNECTED)).isNull();
        assertThat(RequestStatus.established(Status.TIMEOUT)).isNull();
        assertThat(RequestStatus.established(Status.EXPIRED)).isNull();
    }

    @Test
    void only_the_deadline_and_a_failed_agent_make_a_pending_request_a_timeout() {
        assertThat(reasonsLeading(Status.PENDING, Status.TIMEOUT))
                .containsExactlyInAnyOrder(EndReason.DEADLINE, EndReason.AGENT_FAILED);
    }

    @Test
    void only_the_lifetime_makes_an_active_request_expired() {
        assertThat(reasonsLeading(Status.ACTIVE, Status.EXPIRED))
                .containsExactly(EndReason.LIFETIME);
    }

    @Test
    void a_pending_request_does_not_end_by_what_only_an_active_one_has() {
        assertThat(reasonsLeading(Status.PENDING, null))
                .containsExactlyInAnyOrder(
                        EndReason.PROBE_FAILED,
                        EndReason.LIFETIME,
                        EndReason.IDLE,
                        EndReason.BROKER_RESTARTED);
    }

    @Test
    void an_active_request_ends_by_every_reason_but_the_deadline() {
        assertThat(reasonsLeading(Status.ACTIVE, null)).containsExactly(EndReason.DEADLINE);
    }

    @Test
    void a_close_disconnects_a_pending_and_an_active_request() {
        assertThat(RequestStatus.ended(Status.PENDING, EndReason.CLOSED))
                .isEqualTo(Status.DISCONNECTED);
        assertThat(RequestStatus.ended(Status.ACTIVE, EndReason.CLOSED))
                .isEqualTo(Status.DISCONNECTED);
    }

    @ParameterizedTest
    @EnumSource(EndReason.class)
    void nothing_moves_a_request_that_has_ended(EndReason reason) {
        for (Status ended : ENDED) {
            assertThat(RequestStatus.ended(ended, reason)).as("%s by %s", ended, reason).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(EndReason.class)
    void an_end_leads_to_one_of_the_three_ends(EndReason reason) {
        for (Status live : EnumSet.complementOf(EnumSet.copyOf(ENDED))) {
            Status to = RequestStatus.ended(live, reason);
            if (to != null) {
                assertThat(to).as("%s by %s", live, reason).isIn(ENDED);
            }
        }
    }

    private static List<EndReason> reasonsLeading(Status from, @Nullable Status to) {
        return Arrays.stream(EndReason.values())
                .filter(reason -> RequestStatus.ended(from, reason) == to)
                .toList();
    }

    private static String grid() {
        Stream<String> head =
                Stream.of(
                        "| event | from pending | from active | from an ended one |",
                        "|---|---|---|---|",
                        line("established", RequestStatus::established));
        Stream<String> ends =
                Arrays.stream(EndReason.values())
                        .map(reason ->
                                line(
                                        RequestTable.word(reason),
                                        from -> RequestStatus.ended(from, reason)));
        return Stream.concat(head, ends).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String line(String event, Function<Status, @Nullable Status> move) {
        List<String> fromEnded =
                ENDED.stream().map(status -> shown(move.apply(status))).distinct().toList();
        return "| `%s` | %s | %s | %s |"
                .formatted(
                        event,
                        shown(move.apply(Status.PENDING)),
                        shown(move.apply(Status.ACTIVE)),
                        String.join(", ", fromEnded));
    }

    private static String shown(@Nullable Status to) {
        return to == null ? "-" : RequestTable.word(to);
    }
}
