package io.opnmanager.tunnel.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Listens to a stream of events as a browser does, line by line. */
public final class EventReader implements AutoCloseable {

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<JsonPath> events = new LinkedBlockingQueue<>();
    private final InputStream body;
    private final Thread reader;

    private EventReader(String path, String token) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                client.send(
                        HttpRequest.newBuilder(
                                        URI.create("http://localhost:" + RestAssured.port + path))
                                .header("Authorization", "Bearer " + token)
                                .header("Accept", "text/event-stream")
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        body = answer.body();
        reader = Thread.ofVirtual().name("events of " + path).start(this::read);
    }

    /** Begins to listen; whoever is refused fails the test. */
    public static EventReader of(String path, Person who) throws Exception {
        return new EventReader(path, who.token());
    }

    private void read() {
        try (var lines =
                new java.io.BufferedReader(
                        new java.io.InputStreamReader(body, StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("data:")) {
                    events.add(JsonPath.from(line.substring("data:".length())));
                }
                line = lines.readLine();
            }
        } catch (IOException e) {
            // The stream was cut: that is an end too.
        }
    }

    /** The next event that is wanted; others before it are passed over. Null when none comes. */
    public @Nullable JsonPath next(Predicate<JsonPath> wanted, Duration limit)
            throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonPath event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null || wanted.test(event)) {
                return event;
            }
        }
    }

    /** Whether the stream ends within a time. */
    public boolean ends(Duration limit) throws InterruptedException {
        return reader.join(limit);
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client.shutdownNow();
    }
}
