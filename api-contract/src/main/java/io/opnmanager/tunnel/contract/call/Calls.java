package io.opnmanager.tunnel.contract.call;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls to one broker, over connections that are kept. A call blocks its (virtual) thread, for at
 * most the time that it is given from the first byte to the last; nothing is asked twice, and no
 * redirect or proxy is followed, because it could carry the credential elsewhere. Safe for use by
 * many threads.
 */
public final class Calls implements AutoCloseable {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);

    /** Longer than the longest held answer (15 s), so that a held one is never taken for a lost. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(25);

    private static final int LARGEST_HEADERS = 16 * 1024;

    /** The largest answer is a check-in's, with some hundred bytes a request. */
    private static final int LARGEST_ANSWER = 1 << 20;

    private static final int AT_ONCE = 8;

    /** Longer than the pause between two check-ins, so that not every other shakes hands anew. */
    private static final int KEPT_SECONDS = 90;

    private final HttpClient client;
    private final String base;
    private final @Nullable String bearer;
    private final Duration within;
    private final Semaphore turns = new Semaphore(AT_ONCE);

    /**
     * Connects nowhere yet.
     *
     * @param broker where it is, and whose certificate is accepted
     * @param token the credential; null before there is one
     * @throws IllegalArgumentException when the address' CA file cannot be used
     */
    public Calls(BrokerAddress broker, @Nullable String token) {
        this(broker, token, CONNECT_WITHIN.plus(ANSWER_WITHIN));
    }

    Calls(BrokerAddress broker, @Nullable String token, Duration within) {
        this.within = within;
        // The client has no other way to be told, and reads them once.
        System.setProperty("jdk.http.maxHeaderSize", Integer.toString(LARGEST_HEADERS));
        System.setProperty("jdk.httpclient.keepalive.timeout", Integer.toString(KEPT_SECONDS));
        System.setProperty("jdk.httpclient.connectionPoolSize", Integer.toString(AT_ONCE));
        String address = broker.url().toString();
        this.base = address.endsWith("/") ? address : address + "/";
        this.bearer = token == null ? null : "Bearer " + token;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(CONNECT_WITHIN)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(HttpClient.Builder.NO_PROXY)
                        .sslContext(Trust.of(broker))
                        .executor(Executors.newVirtualThreadPerTaskExecutor())
                        .build();
    }

    /**
     * What came back.
     *
     * @param status the HTTP status
     * @param retryAfter the header of that name, when there is one
     * @param body at most 1 MiB
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Answer(int status, @Nullable String retryAfter, byte[] body) {
        /** Whether it is what was asked for. */
        public boolean good() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * Asks.
     *
     * @param operation path below the broker's address
     * @throws IOException without a whole answer in time from a broker that is trusted
     * @throws InterruptedException when its thread is; the call is given up
     */
    public Answer post(String operation, byte[] json) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + operation))
                        .header("Content-Type", "application/json")
                        .header("Accept", "application/json")
                        .POST(BodyPublishers.ofByteArray(json));
        if (bearer != null) {
            request.header("Authorization", bearer);
        }
        long until = System.nanoTime() + within.toNanos();
        if (!turns.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new HttpTimeoutException("other calls take too long");
        }
        try {
            return await(request.build(), until);
        } finally {
            turns.release();
        }
    }

    private Answer await(HttpRequest request, long until) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> calling =
                client.sendAsync(
                        request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), LARGEST_ANSWER));
        try {
            HttpResponse<byte[]> answer =
                    calling.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            return new Answer(
                    answer.statusCode(),
                    answer.headers().firstValue("Retry-After").orElse(null),
                    answer.body());
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer in time");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure
                    ? failure
                    : new IOException(e.getCause());
        } finally {
            // Of no effect after an answer; a call that nobody waits for gives its connection up.
            calling.cancel(true);
        }
    }

    /** Gives up what is on its way. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
