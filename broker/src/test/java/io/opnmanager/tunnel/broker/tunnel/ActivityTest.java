package io.opnmanager.tunnel.broker.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opnmanager.tunnel.contract.splice.Allowance;
import io.opnmanager.tunnel.contract.splice.Loop;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.apache.sshd.server.session.ServerSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which bytes through a tunnel say that somebody works. */
class ActivityTest {

    private static final Integer WORK = 40_001;
    private static final Integer EVENTS = 40_002;

    private final Loop loop = new Loop("test");
    private Tunnel tunnel;

    @BeforeEach
    void bind() throws Exception {
        // Nothing of SSH happens here; the line is only there to be hung up on.
        ServerSession session =
                (ServerSession)
                        Proxy.newProxyInstance(
                                ServerSession.class.getClassLoader(),
                                new Class<?>[] {ServerSession.class},
                                (proxy, method, arguments) -> null);
        tunnel =
                Tunnel.bind(
                        new Tunnel.Terms(
                                17,
                                0,
                                null,
                                8,
                                new Splices.Path(
                                        loop,
                                        Allowance.of(1 << 20),
                                        1 << 20,
                                        Duration.ofSeconds(10))),
                        new Line(session, 21),
                        new TunnelMetrics(new SimpleMeterRegistry()),
                        () -> {});
    }

    @AfterEach
    void close() {
        tunnel.close();
        loop.close();
    }

    @Test
    void bytes_both_ways_are_activity_until_they_were_looked_at() {
        tunnel.sent(WORK, 10);
        assertThat(tunnel.activeSinceLastLook()).isTrue();
        assertThat(tunnel.activeSinceLastLook()).isFalse();
        tunnel.received(WORK, 10);
        assertThat(tunnel.activeSinceLastLook()).isTrue();
    }

    @Test
    void a_quiet_connection_counts_for_everything_but_activity() {
        tunnel.quieten(EVENTS);
        tunnel.received(EVENTS, 1_000);
        tunnel.sent(EVENTS, 100);

        assertThat(tunnel.activeSinceLastLook()).isFalse();
        assertThat(tunnel.movedSinceLastLook()).isTrue();
        assertThat(tunnel.bytesIn()).isEqualTo(1_000);
        assertThat(tunnel.bytesOut()).isEqualTo(100);
        tunnel.received(WORK, 1);
        assertThat(tunnel.activeSinceLastLook()).as("another one beside it").isTrue();
    }

    @Test
    void a_connection_is_quiet_until_the_mark_is_taken_away() {
        tunnel.quieten(EVENTS);
        tunnel.unquieten(EVENTS);
        tunnel.received(EVENTS, 1);

        assertThat(tunnel.activeSinceLastLook()).isTrue();
    }
}
