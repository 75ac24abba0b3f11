package io.opnmanager.tunnel.quickconnect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opnmanager.tunnel.contract.call.BrokerAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A real HTTP server that answers the check, a real unix socket that plays the agent. */
final class World implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One check as it came in. */
    record Call(JsonNode body, @Nullable String authorization, long at) {}

    final List<Call> calls = new CopyOnWriteArrayList<>();
    final List<String> triggers = new CopyOnWriteArrayList<>();
    final Path state;
    volatile boolean hasRequests;
    volatile int failWith;
    volatile @Nullable String retryAfter;
    volatile boolean holds;

    /** Work is told once, as the broker does, which tells the same again only after a while. */
    volatile boolean tellsOnce;

    /** How long an answer is under way, in milliseconds. */
    volatile long roundTrip;

    volatile String agentSays = "ok\n";
    private final int port;
    private HttpServer server;
    private @Nullable ServerSocketChannel agent;

    World(Path state) throws IOException {
        this.state = state;
        server = listen(0);
        port = server.getAddress().getPort();
        Files.writeString(
                state.resolve("credential.json"),
                """
                {"firewall_id": 21, "agent_token": "secret", "ssh_host": "x", "ssh_port": 1,
                 "check_interval": 2, "checkin_interval": 60, "broker_url": "http://localhost:%d"}
                """
                        .formatted(port));
        startAgent();
    }

    private HttpServer listen(int port) throws IOException {
        HttpServer started =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
        started.createContext("/api/quickconnect_check", this::answer);
        started.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        started.start();
        return started;
    }

    void stopBroker() {
        server.stop(0);
    }

    void startBroker() throws IOException {
        server = listen(port);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            calls.add(
                    new Call(
                            body,
                            exchange.getRequestHeaders().getFirst("Authorization"),
                            System.nanoTime()));
            int status = failWith == 0 ? 200 : failWith;
            if (retryAfter != null) {
                exchange.getResponseHeaders().set("Retry-After", retryAfter);
            }
            Thread.sleep(roundTrip);
            for (int i = 0; holds && !hasRequests && body.has("wait") && i < 1500; i++) {
                Thread.sleep(10);
            }
            boolean told = hasRequests;
            if (told && tellsOnce) {
                hasRequests = false;
            }
            byte[] bytes =
                    JSON.writeValueAsBytes(
                            status == 200
                                    ? Map.of("firewall_id", 21, "has_requests", told)
                                    : Map.of("code", "no_such_credential", "detail", "go away"));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void startAgent() throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(state.resolve("agent.sock")));
        agent = socket;
        Thread.ofVirtual().start(() -> accept(socket));
    }

    void stopAgent() throws IOException {
        if (agent != null) {
            agent.close();
        }
        Files.deleteIfExists(state.resolve("agent.sock"));
    }

    private void accept(ServerSocketChannel socket) {
        while (socket.isOpen()) {
            try (SocketChannel caller = socket.accept()) {
                ByteBuffer word = ByteBuffer.allocate(64);
                caller.read(word);
                triggers.add(
                        new String(word.array(), 0, word.position(), StandardCharsets.US_ASCII));
                caller.write(ByteBuffer.wrap(agentSays.getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException closed) {
                // ends with the channel
            }
        }
    }

    Broker broker() {
        Credential credential = Credential.in(state).orElseThrow();
        return new Broker(BrokerAddress.of(credential.brokerUrl(), null, null), credential);
    }

    Watch watch(Broker broker) {
        return new Watch(
                broker,
                new Trigger(state.resolve("agent.sock")),
                new Health(state.resolve("health")),
                Duration.ofSeconds(2));
    }

    JsonNode health() throws IOException {
        Path file = state.resolve("health");
        return Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.createObjectNode();
    }

    String healthState() {
        try {
            return health().path("state").asText();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        stopAgent();
        stopBroker();
    }
}
