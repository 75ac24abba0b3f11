package io.opnmanager.tunnel.quickconnect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.AgentApi;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheck;
import io.opnmanager.tunnel.contract.agent.QuickconnectCheckAnswer;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The one question to the broker. Blocks its thread; never throws for what the broker does. */
@RegisterForReflection(
        targets = {ProblemDocument.class, QuickconnectCheck.class, QuickconnectCheckAnswer.class})
final class Broker implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Longer than the longest held answer (15 s), so that a held one is never taken for a lost. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(25);

    /** A broker that asks for longer is waited for this long, so that no typo parks us. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    private static final int LONGEST_DETAIL = 300;

    private static final int LARGEST_HEADERS = 16 * 1024;

    private static final ObjectMapper PROBLEMS =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final AgentApi api;
    private final long firewallId;
    private final AtomicBoolean closed = new AtomicBoolean();

    Broker(BrokerAddress address, Credential credential) {
        Trust trust = Trust.of(address);
        String bearer = "Bearer " + credential.agentToken();
        this.firewallId = credential.firewallId();
        this.api =
                QuarkusRestClientBuilder.newBuilder()
                        .baseUri(address.url())
                        .connectTimeout(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .readTimeout(READ_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        // A redirect could carry the credential elsewhere.
                        .followRedirects(false)
                        .httpClientOptionsCustomizer(options -> {
                            trust.applyTo(options);
                            options.setMaxHeaderSize(LARGEST_HEADERS);
                        })
                        .register(
                                (ClientRequestFilter)
                                        request ->
                                                request.getHeaders()
                                                        .putSingle(
                                                                HttpHeaders.AUTHORIZATION, bearer))
                        .build(AgentApi.class);
    }

    /** Asks; the broker may hold its answer for as many seconds, 0 to 15. */
    Answer check(int waitSeconds) {
        try {
            QuickconnectCheckAnswer answer =
                    api.quickconnectCheck(
                                    new QuickconnectCheck(
                                            firewallId, waitSeconds == 0 ? null : waitSeconds))
                            .await()
                            .atMost(CONNECT_TIMEOUT.plus(READ_TIMEOUT));
            return answer == null
                    ? new Answer.Away("wanted an answer, found an empty body", null)
                    : new Answer.Told(answer.hasRequests());
        } catch (WebApplicationException refused) {
            return refusal(refused.getResponse());
        } catch (RuntimeException e) {
            // Not reached, not trusted, too slow or unreadable: each comes wrapped in its own way.
            return new Answer.Away(rootOf(e), null);
        }
    }

    private static Answer refusal(Response response) {
        int status = response.getStatus();
        String detail = "status=" + status + problemIn(response);
        if (status == 401 || status == 403) {
            return new Answer.Refused(detail);
        }
        return new Answer.Away(detail, retryAfter(response));
    }

    private static String problemIn(Response response) {
        try {
            String body = response.readEntity(String.class);
            if (body == null || body.isBlank()) {
                return "";
            }
            ProblemDocument problem = PROBLEMS.readValue(body, ProblemDocument.class);
            return printable(" code=" + problem.code() + " detail=" + problem.detail());
        } catch (JsonProcessingException | ProcessingException | IllegalStateException notOne) {
            return "";
        }
    }

    private static @Nullable Duration retryAfter(Response response) {
        String header = response.getHeaderString(HttpHeaders.RETRY_AFTER);
        if (header == null || !header.strip().matches("\\d{1,9}")) {
            return null;
        }
        Duration wait = Duration.ofSeconds(Long.parseLong(header.strip()));
        return wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER;
    }

    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        return printable(root.getClass().getSimpleName() + ": " + root.getMessage());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && api instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
