package io.opnmanager.tunnel.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A small real HTTP server that plays the broker's agent API, rows included. */
final class BrokerDouble implements AutoCloseable {
    static final String TOKEN = "agent-token-of-21";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One call as it came in. */
    record Call(String path, @Nullable String authorization, JsonNode body, long at) {}

    final List<Call> calls = new CopyOnWriteArrayList<>();
    final Map<Long, Map<String, Object>> pending = new ConcurrentHashMap<>();
    final Map<Long, Map<String, Object>> kills = new ConcurrentHashMap<>();
    final Map<Long, Boolean> wanted = new ConcurrentHashMap<>();
    volatile int failWith;

    /** Whoever takes it keeps every answer back. */
    final Semaphore answers = new Semaphore(1);

    volatile @Nullable String retryAfter;
    volatile @Nullable String offer;
    volatile Map<String, Object> enrolmentAnswer = Map.of();
    private final HttpServer server;

    BrokerDouble() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50));
    }

    static BrokerDouble secure(SSLContext context) throws IOException {
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new BrokerDouble(server);
    }

    private BrokerDouble(HttpServer server) {
        this.server = server;
        server.createContext("/api/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://localhost:" + port();
    }

    /** A row to open, in time for 30 s. */
    void ask(long requestId, int tunnelPort, String host, int targetPort, int sshPort) {
        pending.put(
                requestId,
                Map.of(
                        "request_id", requestId,
                        "tunnel_port", tunnelPort,
                        "target_host", host,
                        "target_port", targetPort,
                        "ssh_host", "127.0.0.1",
                        "ssh_port", sshPort,
                        "deadline", Instant.now().plusSeconds(30).toString()));
        wanted.put(requestId, true);
    }

    void kill(long requestId) {
        kills.put(
                requestId,
                Map.of("request_id", requestId, "tunnel_pid", 1, "reason", "word_of_tomorrow"));
        wanted.put(requestId, false);
    }

    List<Call> calls(String path) {
        return calls.stream().filter(call -> call.path().equals("/api/" + path)).toList();
    }

    List<JsonNode> reports(long requestId, String status) {
        return calls("tunnel_status").stream()
                .map(Call::body)
                .filter(body -> body.get("request_id").asLong() == requestId)
                .filter(body -> body.get("status").asText().equals(status))
                .toList();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            String path = exchange.getRequestURI().getPath();
            // Decided before it shows: who sees the call may change what the next one gets.
            int failing = failWith;
            calls.add(
                    new Call(
                            path,
                            exchange.getRequestHeaders().getFirst("Authorization"),
                            body,
                            System.nanoTime()));
            answers.acquireUninterruptibly();
            answers.release();
            if (failing != 0) {
                if (retryAfter != null) {
                    exchange.getResponseHeaders().set("Retry-After", retryAfter);
                }
                send(
                        exchange,
                        failing,
                        Map.of(
                                "type", "about:blank",
                                "title", "No",
                                "status", failing,
                                "code", "credential_refused",
                                "detail", "the double says no"));
                return;
            }
            send(exchange, 200, good(path, body));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Object good(String path, JsonNode body) {
        return switch (path) {
            case "/api/enroll" -> enrolmentAnswer;
            case "/api/agent_checkin" -> {
                Map<String, Object> answer = new HashMap<>();
                answer.put("pending_requests", new ArrayList<>(pending.values()));
                answer.put("kill", new ArrayList<>(kills.values()));
                answer.put("server_time", Instant.now().toString());
                answer.put("checkin_interval", 60);
                answer.put("field_of_tomorrow", true);
                if (offer != null) {
                    answer.put("update", Map.of("version", offer));
                }
                yield answer;
            }
            case "/api/tunnel_status" -> {
                long id = body.get("request_id").asLong();
                pending.remove(id);
                if (!body.get("status").asText().equals("active")) {
                    kills.remove(id);
                }
                yield Map.of("success", true);
            }
            case "/api/tunnel_heartbeat" ->
                    Map.of(
                            "keep_alive",
                            wanted.getOrDefault(body.get("request_id").asLong(), false));
            default -> throw new IllegalStateException(path);
        };
    }

    private static void send(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = JSON.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set(
                        "Content-Type",
                        status < 300 ? "application/json" : "application/problem+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
