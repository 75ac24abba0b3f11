package io.opnmanager.tunnel.agent.broker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.contract.ProblemDocument;
import io.opnmanager.tunnel.contract.agent.AgentApi;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAnswer;
import io.opnmanager.tunnel.contract.agent.EnrolmentAsk;
import io.opnmanager.tunnel.contract.agent.Heartbeat;
import io.opnmanager.tunnel.contract.agent.TunnelReport;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The broker, as an agent sees it. Every call blocks its (virtual) thread, for at most the connect
 * and read time-outs together. Safe for use by many threads.
 */
public final class Broker implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Longer than the longest held answer (15 s), so that a held one is never taken for a lost. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(25);

    /** A broker that asks for longer is waited for this long, so that no typo parks an agent. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);

    private static final int LONGEST_DETAIL = 300;
    private static final int LARGEST_HEADERS = 16 * 1024;
    private static final int CONNECTIONS = 8;

    /** Longer than the pause between two check-ins, so that not every other shakes hands anew. */
    private static final int KEPT_SECONDS = 90;

    private static final ObjectMapper PROBLEMS =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final AgentApi api;

    private Broker(AgentApi api) {
        this.api = api;
    }

    /** For enrolling, which is the only call without a credential. */
    public static Broker beforeEnrolment(BrokerAddress address) {
        return new Broker(build(address, null));
    }

    /** For everything else. */
    public static Broker of(BrokerAddress address, String agentToken) {
        return new Broker(build(address, agentToken));
    }

    private static AgentApi build(BrokerAddress address, @Nullable String agentToken) {
        Trust trust = Trust.of(address);
        QuarkusRestClientBuilder builder =
                QuarkusRestClientBuilder.newBuilder()
                        .baseUri(address.url())
                        .connectTimeout(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        .readTimeout(READ_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                        // A redirect could carry the credential elsewhere.
                        .followRedirects(false)
                        .httpClientOptionsCustomizer(options -> {
                            trust.applyTo(options);
                            options.setMaxHeaderSize(LARGEST_HEADERS)
                                    .setMaxPoolSize(CONNECTIONS)
                                    .setKeepAliveTimeout(KEPT_SECONDS)
                                    .setMaxWaitQueueSize(1000);
                        });
        if (agentToken != null) {
            String bearer = "Bearer " + agentToken;
            builder.register(
                    (ClientRequestFilter)
                            request ->
                                    request.getHeaders()
                                            .putSingle(HttpHeaders.AUTHORIZATION, bearer));
        }
        return builder.build(AgentApi.class);
    }

    /** Trades the enrolment token for a credential. */
    public EnrolmentAnswer enroll(EnrolmentAsk ask) {
        return call(() -> api.enroll(ask));
    }

    /** Asks what to open and what to kill. */
    public CheckinAnswer checkin(Checkin checkin) {
        return call(() -> api.agentCheckin(checkin));
    }

    /** Says what became of a tunnel. */
    public void report(TunnelReport report) {
        call(() -> api.tunnelStatus(report));
    }

    /**
     * Whether a request is still wanted. A request that the broker does not know, or that is not
     * ours, is not.
     */
    public boolean wants(long requestId) {
        try {
            return call(() -> api.tunnelHeartbeat(new Heartbeat(requestId, null))).keepAlive();
        } catch (BrokerFailure.Refusal refusal) {
            if (refusal.status() == 404 || refusal.status() == 403) {
                return false;
            }
            throw refusal;
        }
    }

    @Override
    public void close() {
        if (api instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static <T> T call(Supplier<@Nullable T> call) {
        try {
            T answer = call.get();
            if (answer == null) {
                throw new BrokerFailure.Away("wanted an answer, found an empty body");
            }
            return answer;
        } catch (WebApplicationException refused) {
            throw refusal(refused.getResponse());
        } catch (ProcessingException | IllegalStateException e) {
            throw new BrokerFailure.Away(rootOf(e));
        }
    }

    private static BrokerFailure refusal(Response response) {
        int status = response.getStatus();
        if (status < 300) {
            // The client reports a body that it cannot read as a failure with the good status.
            return new BrokerFailure.Away("the answer could not be read, status=" + status);
        }
        ProblemDocument problem = problemOf(response);
        String code = problem == null || problem.code() == null ? "none" : problem.code();
        String detail =
                problem == null || problem.detail() == null
                        ? response.getStatusInfo().getReasonPhrase()
                        : problem.detail();
        return new BrokerFailure.Refusal(
                status, printable(code), printable(detail), retryAfter(response));
    }

    private static @Nullable ProblemDocument problemOf(Response response) {
        try {
            String body = response.readEntity(String.class);
            return body == null || body.isBlank()
                    ? null
                    : PROBLEMS.readValue(body, ProblemDocument.class);
        } catch (JsonProcessingException | ProcessingException | IllegalStateException notOne) {
            return null;
        }
    }

    private static @Nullable Duration retryAfter(Response response) {
        String header = response.getHeaderString(HttpHeaders.RETRY_AFTER);
        if (header == null || !header.strip().matches("\\d{1,9}")) {
            // The date form (RFC 9110 §10.2.3) would need two clocks to agree; the backoff serves.
            return null;
        }
        Duration wait = Duration.ofSeconds(Long.parseLong(header.strip()));
        return wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER;
    }

    /** What comes from outside is one short line in our log, whatever it was. */
    private static String printable(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
    }

    private static String rootOf(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return root.getClass().getSimpleName() + (message == null ? "" : ": " + printable(message));
    }
}
