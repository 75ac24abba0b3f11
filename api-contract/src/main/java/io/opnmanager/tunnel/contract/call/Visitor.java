package io.opnmanager.tunnel.contract.call;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Whoever waits for a broker, for the run in which an installation makes its ahead-of-time cache:
 * so that the cache holds what a call over TLS needs. A program of its own, in a process of its
 * own.
 */
public final class Visitor {
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(5);
    private static final Duration BETWEEN = Duration.ofMillis(200);
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private Visitor() {}

    /**
     * Puts the broker's certificate and key into a folder, as {@code broker.pem} and, last, {@code
     * broker.key}; asks whether it is ready until it is; then puts the file {@code rehearsed}
     * beside them.
     *
     * @param arguments the folder, and the port on 127.0.0.1 where the broker will listen
     */
    public static void main(String... arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        RehearsalCertificates certificates = RehearsalCertificates.make();
        Files.writeString(folder.resolve("broker.pem"), certificates.certificate());
        Path next = folder.resolve("broker.key.new");
        Files.writeString(next, certificates.key());
        Files.move(next, folder.resolve("broker.key"));
        HttpRequest ready =
                HttpRequest.newBuilder(
                                URI.create("https://127.0.0.1:" + arguments[1] + "/q/health/ready"))
                        .timeout(ANSWERED_WITHIN)
                        .build();
        long until = System.nanoTime() + READY_WITHIN.toNanos();
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificates.context()).build()) {
            while (!isReady(client, ready) && System.nanoTime() < until) {
                Thread.sleep(BETWEEN);
            }
        }
        Files.writeString(folder.resolve("rehearsed"), "");
    }

    private static boolean isReady(HttpClient client, HttpRequest ready)
            throws InterruptedException {
        try {
            return client.send(ready, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }
}
