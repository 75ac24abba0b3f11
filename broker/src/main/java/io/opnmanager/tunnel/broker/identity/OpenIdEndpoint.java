package io.opnmanager.tunnel.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.broker.identity.OpenIdRefusal.Refused;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The provider's own addresses, asked in this broker's name where the library does not ask: each
 * answer within a time and up to a size. It trusts the authorities that the library trusts. Every
 * call blocks.
 */
@Singleton
class OpenIdEndpoint {

    private static final int LARGEST_ANSWER = 64 * 1024;
    private static final Duration KNOWN = Duration.ofMinutes(10);
    private static final String DISCOVERY = "/.well-known/openid-configuration";

    private final OpenIdConfiguration keys;
    private final TlsConfigurationRegistry tls;
    private final ObjectMapper json;
    private volatile @Nullable HttpClient client;
    private volatile @Nullable Endpoints known;

    OpenIdEndpoint(OpenIdConfiguration keys, TlsConfigurationRegistry tls, ObjectMapper json) {
        this.keys = keys;
        this.tls = tls;
        this.json = json;
    }

    /**
     * Where the provider is asked.
     *
     * @param token RFC 6749 §3.2
     * @param device RFC 8628 §3.1; null when the provider has none
     * @param until a moment of {@link System#nanoTime}
     */
    record Endpoints(URI token, @Nullable URI device, long until) {}

    /** An answer, with an empty object for what is no JSON object. */
    record Answer(int status, JsonNode body) {

        /** RFC 6749 §5.2; empty when it says none. */
        String error() {
            return body.path("error").asText("");
        }

        /** Without the body, but for the word that says what is wrong. */
        @Override
        public String toString() {
            return "the provider answered %d %s".formatted(status, error());
        }
    }

    /**
     * What the provider says of itself, at most ten minutes ago.
     *
     * @throws Refused when it does not answer, or not as it should
     */
    Endpoints endpoints() {
        Endpoints remembered = known;
        if (remembered != null && remembered.until() - System.nanoTime() > 0) {
            return remembered;
        }
        String url = keys.url().orElseThrow().toString().replaceFirst("/+$", "");
        Answer answer = send(HttpRequest.newBuilder(URI.create(url + DISCOVERY)).GET());
        URI token = endpoint(answer, "token_endpoint");
        if (answer.status() != 200 || token == null) {
            throw new Refused(OpenIdRefusal.UNAVAILABLE, answer + ", wanted a token_endpoint");
        }
        Endpoints found =
                new Endpoints(
                        token,
                        endpoint(answer, "device_authorization_endpoint"),
                        System.nanoTime() + KNOWN.toNanos());
        // One that has no device flow yet is asked again.
        known = found.device() == null ? null : found;
        return found;
    }

    /**
     * Sends a form, with this broker's name and secret at the provider (RFC 6749 §2.3.1).
     *
     * @throws Refused when it does not answer in time
     */
    Answer post(URI endpoint, Map<String, String> form) {
        String secret =
                encode(keys.clientId().orElseThrow())
                        + ":"
                        + encode(keys.clientSecret().orElseThrow());
        String body =
                form.entrySet().stream()
                        .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                        .collect(Collectors.joining("&"));
        return send(
                HttpRequest.newBuilder(endpoint)
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString(secret.getBytes(UTF_8)))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** Whether somebody may be sent there, or a secret: to a host, over TLS or on loopback. */
    boolean mayBeOpened(String address) {
        try {
            URI uri = URI.create(address);
            return uri.getHost() != null
                    && uri.getUserInfo() == null
                    && ("https".equals(uri.getScheme()) || OpenIdProvider.isLoopback(uri));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private @Nullable URI endpoint(Answer answer, String name) {
        String address = answer.body().path(name).asText("");
        if (address.isEmpty()) {
            return null;
        }
        if (!mayBeOpened(address)) {
            throw new Refused(
                    OpenIdRefusal.UNAVAILABLE, "the provider's " + name + " is not behind TLS");
        }
        return URI.create(address);
    }

    private Answer send(HttpRequest.Builder request) {
        CompletableFuture<HttpResponse<byte[]>> answer =
                client().sendAsync(
                                request.header("Accept", "application/json").build(),
                                BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        try {
            HttpResponse<byte[]> received =
                    answer.get(keys.timeout().toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(received.statusCode(), object(received.body()));
        } catch (TimeoutException e) {
            throw new Refused(OpenIdRefusal.UNAVAILABLE, "no answer within " + keys.timeout());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new Refused(
                    OpenIdRefusal.UNAVAILABLE,
                    cause.getClass().getSimpleName() + ": " + cause.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused(OpenIdRefusal.UNAVAILABLE, "the broker is being stopped");
        } finally {
            // Frees the connection of one that came too late.
            answer.cancel(true);
        }
    }

    private JsonNode object(byte[] body) {
        try {
            JsonNode read = json.readTree(body);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (IOException e) {
            // A page of errors, mostly of something between us and the provider.
        }
        return json.createObjectNode();
    }

    /** Made when it is first needed, as the library does it. */
    private HttpClient client() {
        HttpClient made = client;
        if (made != null) {
            return made;
        }
        synchronized (this) {
            if (client == null) {
                client = make();
            }
            return client;
        }
    }

    private HttpClient make() {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(keys.timeout())
                        .followRedirects(HttpClient.Redirect.NEVER);
        TlsConfiguration.from(tls, keys.tls())
                .ifPresent(configuration -> {
                    try {
                        builder.sslContext(configuration.createSSLContext());
                    } catch (Exception e) {
                        throw new IllegalStateException(
                                "the TLS configuration of opnmanager.openid.tls is of no use", e);
                    }
                });
        return builder.build();
    }

    @PreDestroy
    void close() {
        HttpClient made = client;
        if (made != null) {
            made.shutdownNow();
        }
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, UTF_8);
    }
}
