package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** One connection that does not read holds up nobody and fills no memory; half-close is kept. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackPressureTest {

    /** The window of a channel and what the kernels of both ends keep, with room to spare. */
    private static final long UNREAD_AT_MOST = 24L * 1024 * 1024;

    private static final int MUCH = 128 * 1024 * 1024;

    /** Connections that the target has. */
    private final AtomicInteger serving = new AtomicInteger();

    private World world;
    private ServerSocket source;

    @BeforeAll
    void start() throws Exception {
        world = World.named("pressure").start();
        source = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::serve);
        world.addFirewall("busy", "127.0.0.1:" + source.getLocalPort());
    }

    @AfterAll
    void end() throws Exception {
        source.close();
        world.close();
    }

    /** Sends as many bytes as the first line of its caller says, then its end, then echoes. */
    private void serve() {
        while (!source.isClosed()) {
            try {
                Socket caller = source.accept();
                Thread.ofVirtual().start(() -> send(caller));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void send(Socket caller) {
        serving.incrementAndGet();
        try (caller) {
            InputStream in = caller.getInputStream();
            int kind = in.read();
            if (kind == 'm') {
                byte[] chunk = new byte[64 * 1024];
                for (int sent = 0; sent < MUCH; sent += chunk.length) {
                    caller.getOutputStream().write(chunk);
                }
            } else if (kind == 'e') {
                byte[] all = in.readAllBytes();
                caller.getOutputStream().write(all);
            }
        } catch (IOException e) {
            // The other end hung up.
        } finally {
            serving.decrementAndGet();
        }
    }

    private JsonNode openToSource() throws Exception {
        return world.openActive(
                OperatorClient.object()
                        .put("firewall_id", world.firewall().id())
                        .put("target", "tcp://localhost:" + source.getLocalPort()));
    }

    @Test
    void one_that_does_not_read_is_not_read_for_and_others_go_on() throws Exception {
        JsonNode active = openToSource();
        long id = active.path("id").asLong();
        int port = active.path("tunnel_port").asInt();
        try (Socket lazy = new Socket(InetAddress.getLoopbackAddress(), port)) {
            lazy.getOutputStream().write('m');
            Thread.sleep(3_000);
            Eventually.within(Eventually.SOON, () -> assertThat(bytesIn(id)).isGreaterThan(0));

            for (int i = 0; i < 20; i++) {
                echo(port, 50_000);
            }
            assertThat(bytesIn(id)).isLessThan(UNREAD_AT_MOST);

            long read = lazy.getInputStream().readAllBytes().length;
            assertThat(read).isEqualTo(MUCH);
        }
        world.operator().close(id);
        world.assertNothingLeft(active);
    }

    @Test
    void the_end_of_one_direction_leaves_the_other_open() throws Exception {
        JsonNode active = openToSource();
        int port = active.path("tunnel_port").asInt();

        // The answer only comes after our end.
        echo(port, 3_000_000);

        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    @Test
    void closing_the_request_cuts_a_connection_in_the_middle() throws Exception {
        JsonNode active = openToSource();
        try (Socket lazy =
                new Socket(InetAddress.getLoopbackAddress(), active.path("tunnel_port").asInt())) {
            lazy.getOutputStream().write('m');
            lazy.getInputStream().readNBytes(1_000_000);
            world.operator().close(active.path("id").asLong());
            world.assertEnds(active, "disconnected", "closed", Eventually.SOON);
            CompletableFuture<Long> rest = CompletableFuture.supplyAsync(() -> drain(lazy));
            assertThat(rest.get(20, TimeUnit.SECONDS)).isLessThan(MUCH);
        }
        world.assertNothingLeft(active);
    }

    @Test
    void a_client_that_hangs_up_is_gone_at_the_target_too() throws Exception {
        JsonNode active = openToSource();
        int port = active.path("tunnel_port").asInt();
        for (int i = 0; i < 10; i++) {
            try (Socket rude = new Socket(InetAddress.getLoopbackAddress(), port)) {
                // A reset, not an end.
                rude.setSoLinger(true, 0);
                rude.getOutputStream().write('m');
                rude.getInputStream().readNBytes(1_000_000);
            }
        }
        Eventually.within(Eventually.TOLD, () -> assertThat(serving).hasValue(0));

        echo(port, 1_000);
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    @Test
    void so_is_one_that_never_read() throws Exception {
        JsonNode active = openToSource();
        int port = active.path("tunnel_port").asInt();
        try (Socket lazy = new Socket(InetAddress.getLoopbackAddress(), port)) {
            lazy.getOutputStream().write('m');
            Eventually.within(Eventually.SOON, () -> assertThat(serving).hasValue(1));
            // All that is between is full by then, and the agent waits for room.
            Thread.sleep(3_000);
        }
        Eventually.within(Eventually.TOLD, () -> assertThat(serving).hasValue(0));

        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    private static long drain(Socket socket) {
        long count = 0;
        try {
            byte[] chunk = new byte[64 * 1024];
            int read;
            while ((read = socket.getInputStream().read(chunk)) >= 0) {
                count += read;
            }
        } catch (IOException e) {
            // A reset is an end as well.
        }
        return count;
    }

    private long bytesIn(long id) throws Exception {
        return world.operator().request(id).path("bytes_in").asLong();
    }

    private static void echo(int port, int size) throws Exception {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write('e');
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(bytes);
        }
    }
}
