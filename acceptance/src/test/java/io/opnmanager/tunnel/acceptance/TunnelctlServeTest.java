package io.opnmanager.tunnel.acceptance;

import static io.opnmanager.tunnel.acceptance.Later.later;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.PrivateFile;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The pair: {@code tunnelctl serve} and the gateway, to a service and to a firewall. */
@ExtendWith(BothCompilers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TunnelctlServeTest {

    private static final Path FOLDER = DatabaseServer.FOLDER.resolve("serve-certificates");
    private static final String SERVICE = "echo.localhost";
    private static final Duration A_DAY = Duration.ofDays(1);
    private static final int CROWD = 500;

    private World world;
    private EchoService echo;
    private int gateway;

    @BeforeAll
    void start() throws Exception {
        Folders.delete(FOLDER);
        ClientAuthority clients = ClientAuthority.make(FOLDER);
        for (String name : List.of("laptop-1", "laptop-2")) {
            clients.issue(name, "CN=" + name, A_DAY);
        }
        echo = EchoService.start();
        world =
                World.named("serve")
                        .gateway()
                        .with("quarkus.tls.stream.trust-store.pem.certs", clients.file().toString())
                        .with(route("target"), "127.0.0.1:" + echo.port())
                        .with(route("clients"), "laptop-1,laptop-2")
                        .start();
        var _ = world.with(echo);
        gateway = Integer.parseInt(world.broker().properties().get("opnmanager.stream.port"));
        world.addFirewall("fw-21", "localhost:" + echo.port());
    }

    private static String route(String key) {
        return "opnmanager.stream.routes.\"%s\".%s".formatted(SERVICE, key);
    }

    @AfterAll
    void end() {
        world.close();
    }

    /** A running client, and the local port that leads to what its forward names. */
    private record Client(Tunnelctl.Running running, int port) implements AutoCloseable {
        @Override
        public void close() {
            running.close();
        }
    }

    private Client serve(String name, String forward) throws Exception {
        return serve(name, forward, world.broker().certificates().authorityFile());
    }

    private Client serve(String name, String forward, Path authority) throws Exception {
        int port = Loopback.freePort();
        Path folder = PrivateFile.folder(world.folder().resolve(name));
        Path certificate = folder.resolve("client.pem");
        Files.copy(
                FOLDER.resolve("laptop-1.pem"), certificate, StandardCopyOption.REPLACE_EXISTING);
        Path file =
                Files.writeString(
                        folder.resolve("client.yaml"),
                        """
                        broker: {url: "%s", ca-file: "%s", token-file: token}
                        gateway: {host: 127.0.0.1, port: %d, ca-file: "%s"}
                        certificate: {file: client.pem}
                        wait: 2m
                        connections: 600
                        forwards: [{listen: %d, %s}]
                        log: {level: DEBUG, file: logs/tunnelctl.log}
                        """
                                .formatted(
                                        world.broker().uri(),
                                        world.broker().certificates().authorityFile(),
                                        gateway,
                                        authority,
                                        port,
                                        forward));
        Tunnelctl.Running running = new Tunnelctl(folder).start("serve", "--config=" + file);
        Eventually.within(
                Eventually.TOLD,
                () ->
                        assertThat(Loopback.isListening(port))
                                .as(running.program().output())
                                .isTrue());
        return new Client(running, port);
    }

    private Client serveEcho(String name) throws Exception {
        return serve(name, "service: " + SERVICE);
    }

    private static String said(int port, String words) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(120_000);
            socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void who_may_open_nothing_more_keeps_what_there_is_and_serves_who_waited_later()
            throws Exception {
        JsonNode active =
                world.openActive(
                        OperatorClient.object()
                                .put("firewall_id", world.firewall().id())
                                .put("target", "tcp://localhost:" + echo.port()));
        int tunnel = active.path("tunnel_port").asInt();
        try (Client client = serveEcho("exhausted")) {
            waitAndAreServed(world.broker().program(), List.of(tunnel, client.port()));
            waitAndAreServed(client.running().program(), List.of(client.port()));
        }
        assertThat(world.operator().request(active.path("id").asLong()).path("status").asText())
                .isEqualTo("active");
        world.operator().close(active.path("id").asLong());
        world.assertNothingLeft(active);
    }

    private static void waitAndAreServed(Program program, List<Integer> ports) throws Exception {
        for (int port : ports) {
            assertThat(said(port, "before")).isEqualTo("before");
        }
        long lines = program.output().lines().count();
        List<CompletableFuture<String>> waiting;
        try (NoDescriptors _ = NoDescriptors.of(program.pid())) {
            waiting = ports.stream().map(port -> later(() -> said(port, "patience"))).toList();
            Thread.sleep(3_000);
            assertThat(waiting).noneMatch(CompletableFuture::isDone);
            // Whoever asks again at once says so some thousand times.
            assertThat(program.output().lines().count() - lines).isBetween(1L, 100L);
        }
        for (CompletableFuture<String> one : waiting) {
            assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo("patience");
        }
    }

    @Test
    void a_gibibyte_goes_there_and_comes_back_at_the_same_time_bit_for_bit() throws Exception {
        try (Client client = serveEcho("gibibyte");
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            var bytes = new NumberedBytes(1, NumberedBytes.GIBIBYTE);
            CompletableFuture<Long> there =
                    later(() -> {
                        long sent = bytes.send(socket);
                        socket.shutdownOutput();
                        return sent;
                    });
            CompletableFuture<Long> back = later(() -> bytes.compare(socket));

            assertThat(there.get(180, TimeUnit.SECONDS)).isEqualTo(NumberedBytes.GIBIBYTE);
            assertThat(back.get(180, TimeUnit.SECONDS)).isEqualTo(NumberedBytes.GIBIBYTE);
            // What it had to say was said after the other side had fallen silent.
            assertThat(socket.getInputStream().read()).isNegative();
        }
    }

    @Test
    void five_hundred_connections_at_once_each_have_their_own_bytes() throws Exception {
        try (Client client = serveEcho("crowd")) {
            List<Socket> crowd = new ArrayList<>();
            try {
                for (int i = 0; i < CROWD; i++) {
                    crowd.add(new Socket(InetAddress.getLoopbackAddress(), client.port()));
                }
                List<CompletableFuture<Long>> all =
                        IntStream.range(0, CROWD)
                                .mapToObj(i -> later(() -> echoed(crowd.get(i), i)))
                                .toList();
                for (CompletableFuture<Long> one : all) {
                    assertThat(one.get(120, TimeUnit.SECONDS)).isEqualTo(512L * 1024);
                }
            } finally {
                for (Socket one : crowd) {
                    one.close();
                }
            }
        }
    }

    private static long echoed(Socket socket, int seed) throws Exception {
        var bytes = new NumberedBytes(seed, 512L * 1024);
        CompletableFuture<Long> there = later(() -> bytes.send(socket));
        long same = bytes.compare(socket);
        return Math.min(same, there.get(60, TimeUnit.SECONDS));
    }

    @Test
    void connections_that_come_while_the_broker_restarts_wait_for_it() throws Exception {
        try (Client client = serveEcho("restart");
                Socket before = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            before.setSoTimeout(60_000);
            before.getOutputStream().write('x');
            assertThat(before.getInputStream().read()).isEqualTo('x');

            world.broker().stop();
            // What went through then is over, and the program learns of it.
            assertThat(isOver(before)).isTrue();
            List<CompletableFuture<String>> waiting =
                    IntStream.range(0, 50)
                            .mapToObj(i -> later(() -> said(client.port(), "number " + i)))
                            .toList();
            world.broker().start();

            for (int i = 0; i < waiting.size(); i++) {
                assertThat(waiting.get(i).get(120, TimeUnit.SECONDS)).isEqualTo("number " + i);
            }
        }
    }

    private static boolean isOver(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void a_certificate_that_is_replaced_is_shown_by_the_next_connection() throws Exception {
        try (Client client = serveEcho("rotation");
                Socket live = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            live.setSoTimeout(60_000);
            live.getOutputStream().write('a');
            assertThat(live.getInputStream().read()).isEqualTo('a');

            Files.copy(
                    FOLDER.resolve("laptop-2.pem"),
                    world.folder().resolve("rotation/client.pem"),
                    StandardCopyOption.REPLACE_EXISTING);
            assertThat(said(client.port(), "second")).isEqualTo("second");

            live.getOutputStream().write('b');
            assertThat(live.getInputStream().read()).isEqualTo('b');
            assertThat(clients()).startsWith("CN=laptop-2", "CN=laptop-1");
        }
    }

    /** Subjects of the connections, the newest first. */
    private List<String> clients() throws Exception {
        return world.operator()
                .call("GET", "/api/v1/streams", null)
                .body()
                .path("items")
                .valueStream()
                .map(one -> one.path("client").asText())
                .toList();
    }

    @Test
    void a_gateway_that_is_not_the_one_that_was_named_gets_nothing() throws Exception {
        try (Client client = serve("wrong-name", "service: echo.test")) {
            assertThat(said(client.port(), "secret")).isEmpty();
            assertSays(
                    client,
                    "connection not forwarded: to=echo.test",
                    "No subject alternative DNS name matching echo.test found");
        }
        Path foreign = Certificates.make(FOLDER.resolve("foreign")).authorityFile();
        try (Client client = serve("wrong-authority", "service: " + SERVICE, foreign)) {
            assertThat(said(client.port(), "secret")).isEmpty();
            assertSays(
                    client,
                    "connection not forwarded: to=" + SERVICE,
                    "PKIX path validation failed");
        }
    }

    private static void assertSays(Client client, String... words) {
        Eventually.within(
                Eventually.TOLD,
                () -> assertThat(client.running().program().output()).contains(words));
    }

    @Test
    void a_firewalls_session_is_opened_by_the_first_connection_and_again_when_it_is_needed()
            throws Exception {
        Path token = PrivateFile.folder(world.folder().resolve("on-demand")).resolve("token");
        try (OperatorClient administrator = world.broker().administratorClient()) {
            PrivateFile.write(token, administrator.token("serve"));
        }
        try (Client client =
                serve("on-demand", "firewall: fw-21, target: \"localhost:" + echo.port() + "\"")) {
            assertThat(world.live()).isEmpty();

            assertThat(said(client.port(), "first")).isEqualTo("first");
            JsonNode first = world.live().getFirst();
            world.operator().close(first.path("id").asLong());
            assertSays(client, "session moved: firewall=fw-21 state=ENDED");

            assertThat(said(client.port(), "second")).isEqualTo("second");
            assertThat(world.live().getFirst().path("id").asLong())
                    .isGreaterThan(first.path("id").asLong());
        }
        Eventually.within(Eventually.TOLD, () -> assertThat(world.live()).isEmpty());
        assertThat(world.folder().resolve("on-demand/logs/tunnelctl.log"))
                .content()
                .contains("forward open: ")
                .doesNotContain(Files.readString(token));
    }

    @Test
    void a_wrong_key_stops_the_start_and_is_named() throws Exception {
        Tunnelctl tunnelctl = new Tunnelctl(world.folder().resolve("wrong-key"));
        Path file =
                Files.writeString(
                        world.folder().resolve("wrong-key/client.yaml"), "gatway: {host: x}\n");
        tunnelctl
                .run("serve", "--config", file.toString())
                .failed(2, file + ": unknown key gatway; known here: broker, certificate");
    }
}
