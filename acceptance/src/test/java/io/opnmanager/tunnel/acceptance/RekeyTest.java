package io.opnmanager.tunnel.acceptance;

import static io.opnmanager.tunnel.acceptance.Later.later;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys are exchanged anew again and again while several connections send as fast as they can, both
 * ways: no byte is lost, none comes twice, none in the wrong place (RFC 4253 §9).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RekeyTest {

    private static final int STREAMS = 4;
    private static final long EACH = 32L << 20;

    /** Bytes in one direction after which the broker wants other keys; 64 GiB by itself. */
    private static final long LIMIT = 4L << 20;

    /** Far fewer than the bytes are worth, for the exchange itself takes time. */
    private static final long EXCHANGES = 10;

    private World world;
    private EchoService echo;

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("rekey")
                        // Of the library, which reads it from the system's properties.
                        .with(
                                "org.apache.sshd.config.rekey-blocks-limit",
                                Long.toString(LIMIT / 16))
                        .start();
        echo = EchoService.start();
    }

    @AfterAll
    void end() throws Exception {
        echo.close();
        world.close();
    }

    private ObjectNode echoOf(long firewall) {
        return OperatorClient.object()
                .put("firewall_id", firewall)
                .put("target", "tcp://localhost:" + echo.port());
    }

    /** The second limit is OpenSSH's: then both sides ask for other keys, at times at once. */
    @ParameterizedTest
    @ValueSource(strings = {"default none", "1M"})
    void openssh_and_broker_exchange_keys_under_load(String limit) throws Exception {
        StockFirewall firewall = world.addStockFirewall("stock-" + limit.split(" ", 2)[0], "");
        long id = world.operator().open(echoOf(firewall.id())).path("id").asLong();
        int port = firewall.checkin().path("pending_requests").path(0).path("tunnel_port").asInt();
        String forward = port + ":localhost:" + echo.port();
        try (Program ssh = firewall.ssh("-v", "-N", "-R", forward, "-o", "RekeyLimit=" + limit)) {
            Eventually.within(Eventually.SOON, () -> World.assertListensOnLoopbackOnly(port));
            firewall.report(id, "active", ssh, port);
            JsonNode active = world.awaitActive(id);

            assertAllComesBack(port);

            assertThat(ssh.output().lines().filter(line -> line.contains("NEWKEYS received")))
                    .hasSizeGreaterThan((int) EXCHANGES);
            assertThat(ssh.isAlive()).as("the line is still the same").isTrue();
            world.operator().close(id);
            world.assertEnds(active, "disconnected", "closed", Eventually.SOON);
        }
    }

    @Test
    void our_agent_and_the_broker_exchange_keys_under_load() throws Exception {
        world.addFirewall("ours", "127.0.0.1:" + echo.port());
        JsonNode active = world.openActive(echoOf(world.firewall().id()));

        assertAllComesBack(active.path("tunnel_port").asInt());

        JsonNode after = world.operator().request(active.path("id").asLong());
        assertThat(after.path("tunnel_started_at"))
                .as("the line is still the same")
                .isEqualTo(active.path("tunnel_started_at"));
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    private static void assertAllComesBack(int port) throws Exception {
        List<CompletableFuture<Long>> all =
                IntStream.range(0, STREAMS).mapToObj(i -> later(() -> echoed(port, i))).toList();
        for (CompletableFuture<Long> one : all) {
            assertThat(one.get(180, TimeUnit.SECONDS)).isEqualTo(EACH);
        }
    }

    private static long echoed(int port, int seed) throws Exception {
        var bytes = new NumberedBytes(seed, EACH);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            CompletableFuture<Long> there =
                    later(() -> {
                        long sent = bytes.send(socket);
                        socket.shutdownOutput();
                        return sent;
                    });
            long same = bytes.compare(socket);
            assertThat(socket.getInputStream().read()).as("the end").isNegative();
            return Math.min(same, there.get(60, TimeUnit.SECONDS));
        }
    }
}
