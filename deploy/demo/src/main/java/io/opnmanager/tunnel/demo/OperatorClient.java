package io.opnmanager.tunnel.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The operator API, and whatever else one credential may call, over one HTTP client. Answers are
 * JSON as it came, so that what is on the wire is what is looked at. Any thread may use it.
 */
public final class OperatorClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(10);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final URI broker;
    private final HttpClient client;
    private final @Nullable String authorization;

    private OperatorClient(URI broker, SSLContext trust, @Nullable String authorization) {
        this.broker = broker;
        this.authorization = authorization;
        this.client =
                HttpClient.newBuilder().sslContext(trust).connectTimeout(CONNECTED_WITHIN).build();
    }

    /** With an operator's name and password. */
    public static OperatorClient basic(URI broker, SSLContext trust, String name, String password) {
        return new OperatorClient(
                broker,
                trust,
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (name + ":" + password).getBytes(StandardCharsets.UTF_8)));
    }

    /** With an operator's or an agent's token. */
    public static OperatorClient bearer(URI broker, SSLContext trust, String token) {
        return new OperatorClient(broker, trust, "Bearer " + token);
    }

    /** With no credential. */
    public static OperatorClient anonymous(URI broker, SSLContext trust) {
        return new OperatorClient(broker, trust, null);
    }

    /** An empty JSON object to fill. */
    public static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Makes a firewall whose own page is at {@code webTarget}; answers its id. */
    public long createFirewall(String name, String webTarget)
            throws IOException, InterruptedException {
        return expectDone(
                        "make a firewall",
                        call(
                                "POST",
                                "/api/v1/firewalls",
                                object().put("name", name).put("web_target", webTarget)))
                .path("id")
                .asLong();
    }

    /** The firewall as the broker sees it. */
    public JsonNode firewall(long id) throws IOException, InterruptedException {
        return expectDone("read a firewall", call("GET", "/api/v1/firewalls/" + id, null));
    }

    /** A single-use token that enrols the firewall. */
    public String enrolmentToken(long firewallId) throws IOException, InterruptedException {
        return expectDone(
                        "make an enrolment token",
                        call("POST", "/api/v1/firewalls/" + firewallId + "/enrolment-token", null))
                .path("enrolment_token")
                .asText();
    }

    /** A bearer token for this operator: no password is hashed for each call. */
    public String token(String name) throws IOException, InterruptedException {
        return expectDone(
                        "make a token", call("POST", "/api/v1/tokens", object().put("name", name)))
                .path("token")
                .asText();
    }

    /** Asks for a tunnel to the firewall's own page. */
    public JsonNode open(long firewallId) throws IOException, InterruptedException {
        return open(object().put("firewall_id", firewallId));
    }

    /** Asks for a tunnel. */
    public JsonNode open(ObjectNode ask) throws IOException, InterruptedException {
        return expectDone("ask for a tunnel", call("POST", "/api/v1/requests", ask));
    }

    /** One request. */
    public JsonNode request(long id) throws IOException, InterruptedException {
        return expectDone("read a request", call("GET", "/api/v1/requests/" + id, null));
    }

    /** Closes a request. */
    public void close(long id) throws IOException, InterruptedException {
        var _ = expectDone("close a request", call("DELETE", "/api/v1/requests/" + id, null));
    }

    /** Says that the session is still wanted; answers whether it goes on. */
    public boolean heartbeat(long id, boolean window) throws IOException, InterruptedException {
        return expectDone(
                        "say that a session is wanted",
                        call(
                                "POST",
                                "/api/tunnel_heartbeat",
                                object().put("request_id", id).put("window", window)))
                .path("keep_alive")
                .asBoolean();
    }

    /** The newest entries of the audit about one subject, for example {@code request:17}. */
    public JsonNode audit(String subject) throws IOException, InterruptedException {
        return expectDone(
                        "read the audit",
                        call("GET", "/api/v1/audit?size=500&subject=" + subject, null))
                .path("items");
    }

    /** The metrics as Prometheus reads them. */
    public String metrics() throws IOException, InterruptedException {
        Answer answer = call("GET", "/q/metrics", null, Map.of("Accept", "text/plain"));
        if (!answer.isSuccess()) {
            throw new Refused("read the metrics", answer);
        }
        return answer.text();
    }

    /**
     * The sum of a metric over all its labels.
     *
     * @throws IllegalStateException when there is no such metric: 0 and nothing are not the same
     */
    public double metric(String name) throws IOException, InterruptedException {
        double sum = 0;
        boolean found = false;
        for (String line : metrics().lines().toList()) {
            if (line.startsWith(name + " ") || line.startsWith(name + "{")) {
                sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                found = true;
            }
        }
        if (!found) {
            throw new IllegalStateException("the broker has no metric " + name);
        }
        return sum;
    }

    /**
     * Waits until the request is in one of these states, told by its events; where those end too
     * early it asks again.
     *
     * @return the request as it was told
     * @throws IllegalStateException when it is in none of them in time
     */
    public JsonNode awaitStatus(long id, Set<String> statuses, Duration limit)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        Predicate<JsonNode> wanted = request -> statuses.contains(request.path("status").asText());
        var events = new EventLines<JsonNode>(text -> eventIfWanted(text, wanted));
        CompletableFuture<HttpResponse<Void>> stream =
                client.sendAsync(
                        request("GET", "/api/v1/requests/" + id + "/events", null, Map.of())
                                .setHeader("Accept", "text/event-stream")
                                .timeout(limit)
                                .build(),
                        HttpResponse.BodyHandlers.fromLineSubscriber(events));
        CompletableFuture<HttpResponse<Void>> failure =
                stream.whenComplete((answer, e) -> events.failed(e));
        try {
            return events.result().get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // Fall through: what counts is the state, not how it is learnt.
        } finally {
            events.close();
            failure.cancel(true);
            stream.cancel(true);
        }
        JsonNode last = request(id);
        while (!wanted.test(last)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "request "
                                + id
                                + " was wanted in "
                                + statuses
                                + " within "
                                + limit
                                + ", it is "
                                + last);
            }
            Thread.sleep(LOOK_AGAIN);
            last = request(id);
        }
        return last;
    }

    private static @Nullable JsonNode eventIfWanted(String text, Predicate<JsonNode> wanted) {
        try {
            JsonNode event = JSON.readTree(text);
            return wanted.test(event) ? event : null;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event that is no JSON: " + text, e);
        }
    }

    /** Any call; an answer that is a refusal is returned like others. */
    public Answer call(String method, String path, @Nullable JsonNode body)
            throws IOException, InterruptedException {
        return call(method, path, body, Map.of());
    }

    /** Any call with further headers. */
    public Answer call(
            String method, String path, @Nullable JsonNode body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return raw(
                method,
                path,
                body == null ? null : body.toString().getBytes(StandardCharsets.UTF_8),
                headers);
    }

    /** Any call with any body, also one that is no JSON. */
    public Answer raw(
            String method, String path, byte @Nullable [] body, Map<String, String> headers)
            throws IOException, InterruptedException {
        return answer(
                client.send(
                        request(method, path, body, headers).timeout(ANSWERED_WITHIN).build(),
                        HttpResponse.BodyHandlers.ofString()));
    }

    /** The same without waiting. */
    public CompletableFuture<Answer> callLater(
            String method, String path, @Nullable JsonNode body, Map<String, String> headers) {
        return client.sendAsync(
                        request(
                                        method,
                                        path,
                                        body == null
                                                ? null
                                                : body.toString().getBytes(StandardCharsets.UTF_8),
                                        headers)
                                .timeout(ANSWERED_WITHIN)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .thenApply(OperatorClient::answer);
    }

    private HttpRequest.Builder request(
            String method, String path, byte @Nullable [] body, Map<String, String> headers) {
        var builder = HttpRequest.newBuilder(broker.resolve(path));
        if (authorization != null) {
            builder.setHeader("Authorization", authorization);
        }
        if (body == null) {
            builder.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            builder.method(method, HttpRequest.BodyPublishers.ofByteArray(body));
            builder.setHeader("Content-Type", "application/json");
        }
        headers.forEach(builder::setHeader);
        return builder;
    }

    private static Answer answer(HttpResponse<String> response) {
        JsonNode body = MissingNode.getInstance();
        if (response.headers().firstValue("Content-Type").orElse("").contains("json")) {
            try {
                body = JSON.readTree(response.body());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("an answer that is no JSON, though it says so", e);
            }
        }
        return new Answer(response.statusCode(), body, response.body(), response.headers());
    }

    private static JsonNode expectDone(String what, Answer answer) {
        if (!answer.isSuccess()) {
            throw new Refused(what, answer);
        }
        return answer.body();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
