package io.opnmanager.tunnel.broker.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.opnmanager.tunnel.contract.splice.Allowance;
import io.opnmanager.tunnel.contract.splice.Loop;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.server.session.ServerSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a tunnel counts, and how many connections it takes. */
class TunnelTest {

    private final Loop loop = new Loop("test");
    private final NioEventLoopGroup group = new NioEventLoopGroup(1);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Splices.Path path =
            new Splices.Path(loop, Allowance.of(1 << 20), 1 << 20, Duration.ofSeconds(10));
    private Tunnel tunnel;
    private Connection work;
    private Connection events;

    @BeforeEach
    void bind() throws Exception {
        tunnel = bind(8);
        work = connection();
        events = connection();
    }

    private Tunnel bind(int connections) throws IOException {
        // Nothing of SSH happens here; the line is only there to be hung up on.
        ServerSession session =
                (ServerSession)
                        Proxy.newProxyInstance(
                                ServerSession.class.getClassLoader(),
                                new Class<?>[] {ServerSession.class},
                                (proxy, method, arguments) -> null);
        return Tunnel.bind(
                new Tunnel.Terms(17, 0, null, connections, path),
                new Line(session, 21),
                new TunnelMetrics(meters),
                () -> {});
    }

    private Connection connection() throws IOException {
        Promise<Channel> opened = group.next().newPromise();
        return new Connection(
                tunnel,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                true,
                path.window(),
                (far, connection, window) ->
                        new TunnelChannel(
                                        new TunnelChannel.Joined(far, connection, window),
                                        path,
                                        group.next(),
                                        opened)
                                .near());
    }

    @AfterEach
    void close() {
        tunnel.close();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        loop.close();
    }

    @Test
    void bytes_both_ways_are_activity_until_they_were_looked_at() {
        work.sent(10);
        assertThat(tunnel.activeSinceLastLook()).isTrue();
        assertThat(tunnel.activeSinceLastLook()).isFalse();
        work.received(10);
        assertThat(tunnel.activeSinceLastLook()).isTrue();
    }

    @Test
    void a_quiet_connection_counts_for_everything_but_activity() {
        events.quieten(true);
        events.received(1_000);
        events.sent(100);

        assertThat(tunnel.activeSinceLastLook()).isFalse();
        assertThat(tunnel.movedSinceLastLook()).isTrue();
        assertThat(tunnel.bytesIn()).isEqualTo(1_000);
        assertThat(tunnel.bytesOut()).isEqualTo(100);
        work.received(1);
        assertThat(tunnel.activeSinceLastLook()).as("another one beside it").isTrue();
    }

    @Test
    void a_connection_is_quiet_until_the_mark_is_taken_away() {
        events.quieten(true);
        events.quieten(false);
        events.received(1);

        assertThat(tunnel.activeSinceLastLook()).isTrue();
    }

    @Test
    void one_of_this_process_is_refused_where_one_by_the_port_would_be() throws Exception {
        try (Tunnel full = bind(0)) {
            Future<Channel> opening = full.connect(group.next());

            assertThat(opening.await(5, TimeUnit.SECONDS)).isTrue();
            assertThat(opening.cause())
                    .isInstanceOf(ConnectException.class)
                    .hasMessage("the tunnel has too many connections");
            assertThat(refused()).isEqualTo(1);
        }
    }

    @Test
    void one_whose_line_is_gone_is_told_so() throws Exception {
        Future<Channel> opening = tunnel.connect(group.next());

        assertThat(opening.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(opening.cause()).isInstanceOf(ConnectException.class);
        assertThat(refused()).isZero();
    }

    private double refused() {
        return meters.get("opnmanager.ssh.refused")
                .tag("kind", "too_many_connections")
                .counter()
                .count();
    }
}
