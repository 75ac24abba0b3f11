package io.opnmanager.tunnel.broker.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.tunnel.ForwardPolicy.Decision;
import io.opnmanager.tunnel.broker.tunnel.ForwardPolicy.Refusal;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardPolicyTest {

    private static final RequestRow PENDING = row(1, 21, 8101, Status.PENDING);
    private static final RequestRow ACTIVE = row(2, 21, 8102, Status.ACTIVE);
    private static final RequestRow OTHERS = row(3, 22, 8103, Status.PENDING);
    private static final RequestRow ENDED = row(4, 21, 8104, Status.DISCONNECTED);
    private static final List<RequestRow> ROWS = List.of(PENDING, ACTIVE, OTHERS, ENDED);

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "::1"})
    void the_port_of_a_pending_request_is_permitted_by_every_name_of_loopback(String host) {
        assertThat(ForwardPolicy.decide(21, host, 8101, ROWS))
                .isEqualTo(new Decision.Permitted(PENDING));
    }

    @Test
    void
            the_port_of_an_active_request_is_permitted_so_that_a_returning_agent_can_replace_its_line() {
        assertThat(ForwardPolicy.decide(21, "localhost", 8102, ROWS))
                .isEqualTo(new Decision.Permitted(ACTIVE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "0.0.0.0",
                "::",
                "127.0.0.2",
                "LOCALHOST",
                "localhost.",
                "10.0.0.1",
                "[::1]"
            })
    void any_other_address_is_refused(String host) {
        assertThat(ForwardPolicy.decide(21, host, 8101, ROWS))
                .isEqualTo(new Decision.Refused(Refusal.NOT_LOOPBACK));
    }

    @ParameterizedTest
    @CsvSource({
        "21, 0, any port",
        "21, 8103, another firewall's port",
        "21, 8104, the port of a request that has ended",
        "21, 8105, a port that nobody asked for",
        "23, 8101, a firewall for which nothing waits",
        "21, -1, no port at all",
        "21, 73637, a port beyond the last"
    })
    void any_other_port_is_refused(long firewall, int port, String what) {
        assertThat(ForwardPolicy.decide(firewall, "localhost", port, ROWS))
                .as(what)
                .isEqualTo(new Decision.Refused(Refusal.PORT_NOT_REQUESTED));
    }

    private static RequestRow row(long id, long firewall, int port, Status status) {
        boolean ended = status == Status.DISCONNECTED;
        return new RequestRow(
                new TunnelRequest(
                        id,
                        firewall,
                        "box",
                        "https://localhost:443",
                        status,
                        ended ? EndReason.CLOSED : null,
                        null,
                        "node",
                        port,
                        null,
                        "operator",
                        null,
                        Instant.EPOCH,
                        Instant.EPOCH,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        ended ? Instant.EPOCH : null,
                        null,
                        0,
                        0,
                        null,
                        null,
                        null,
                        null,
                        List.of()),
                null,
                null,
                Instant.EPOCH,
                null,
                List.of(),
                null);
    }
}
