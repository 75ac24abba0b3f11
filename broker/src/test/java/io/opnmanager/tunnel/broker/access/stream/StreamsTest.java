package io.opnmanager.tunnel.broker.access.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.opnmanager.tunnel.contract.operator.GatewayStream;
import io.opnmanager.tunnel.contract.operator.Role;
import io.opnmanager.tunnel.contract.operator.StreamDestination;
import io.opnmanager.tunnel.contract.operator.StreamEnd;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a connection concerns, and how many that have ended are remembered. */
class StreamsTest {

    private static final long REQUEST = 17;

    /** Kim's session, used by lee. */
    private static final GatewayStream SHARED =
            stream(1, StreamDestination.REQUEST, REQUEST, null, "lee");

    private static final GatewayStream SERVICE =
            stream(2, StreamDestination.SERVICE, null, "ldap", "lee");

    private static GatewayStream stream(
            long id,
            StreamDestination destination,
            @Nullable Long request,
            @Nullable String service,
            String operator) {
        return new GatewayStream(
                id,
                "node",
                destination,
                request,
                service,
                "CN=" + operator,
                operator,
                "192.0.2.1",
                Instant.EPOCH,
                Instant.EPOCH,
                StreamEnd.DONE,
                0,
                0);
    }

    @ParameterizedTest
    @CsvSource({
        "ADMINISTRATOR, root, true, true",
        "ADMINISTRATOR, root, false, false",
        "VIEWER, eve, true, true",
        "VIEWER, eve, false, false",
        "OPERATOR, kim, true, true",
        "OPERATOR, kim, false, false",
        "OPERATOR, lee, true, true",
        "OPERATOR, lee, false, false",
        "OPERATOR, max, true, false"
    })
    void to_a_session(Role role, String name, boolean within, boolean sees) {
        Map<Long, String> owners = within ? Map.of(REQUEST, "kim") : Map.of();

        assertThat(StreamsResource.maySee(operator(role, name, true), SHARED, owners))
                .isEqualTo(sees);
    }

    @ParameterizedTest
    @CsvSource({
        "ADMINISTRATOR, root, true, true",
        "ADMINISTRATOR, root, false, false",
        "VIEWER, eve, true, true",
        "VIEWER, eve, false, false",
        "OPERATOR, kim, true, false",
        "OPERATOR, lee, false, true"
    })
    void to_a_service(Role role, String name, boolean everything, boolean sees) {
        assertThat(StreamsResource.maySee(operator(role, name, everything), SERVICE, Map.of()))
                .isEqualTo(sees);
    }

    private static Caller.Operator operator(Role role, String name, boolean everything) {
        return new Caller.Operator(
                name, role, everything ? Reach.ALL : Reach.ALL.within(Set.of("home")));
    }

    @Test
    void the_last_thousand_are_remembered_newest_first() {
        EndedStreams ended = new EndedStreams();
        for (long id = 1; id <= 1_002; id++) {
            ended.add(stream(id, StreamDestination.SERVICE, null, "ldap", "lee"));
        }

        assertThat(ended.all()).hasSize(1_000);
        assertThat(ended.all().getFirst().id()).isEqualTo(1_002);
        assertThat(ended.all().getLast().id()).isEqualTo(3);
    }
}
