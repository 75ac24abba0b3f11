package io.opnmanager.tunnel.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.StreamResetException;
import io.vertx.core.net.SocketAddress;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hosts of sessions and the console are apart, whatever the version of HTTP. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class HostsTest {

    private static final String NO_SUCH = "aaaaaaaaaaaaaaaaaaaaaaaaaa.localhost";

    @Inject Vertx vertx;

    private HttpClient client;

    @BeforeEach
    void connect() {
        client = client(HttpVersion.HTTP_2);
    }

    @AfterEach
    void disconnect() {
        var _ = client.close();
    }

    private HttpClient client(HttpVersion version) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(version)
                        .setHttp2ClearTextUpgrade(false));
    }

    private record Seen(int status, HttpVersion version, String body) {}

    private static Seen ask(HttpClient client, String authority, String path, String... hosts)
            throws Exception {
        return client.request(
                        new RequestOptions()
                                .setMethod(HttpMethod.GET)
                                .setServer(
                                        SocketAddress.inetSocketAddress(
                                                RestAssured.port, "127.0.0.1"))
                                .setHost(authority)
                                .setPort(8080)
                                .setURI(path))
                .compose(request -> {
                    for (String host : hosts) {
                        request.headers().add("host", host);
                    }
                    return request.send();
                })
                .compose(answer ->
                        answer.body()
                                .map(Buffer::toString)
                                .map(body -> new Seen(answer.statusCode(), answer.version(), body)))
                .toCompletionStage()
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(
            value = HttpVersion.class,
            names = {"HTTP_1_1", "HTTP_2"})
    void a_host_below_the_session_domain_never_reaches_the_api(HttpVersion version)
            throws Exception {
        HttpClient speaking = client(version);

        Seen api = ask(speaking, NO_SUCH, "/q/health/live");
        Seen console = ask(speaking, "localhost", "/q/health/live");

        assertThat(api.version()).isEqualTo(version);
        assertThat(api.status()).isEqualTo(403);
        assertThat(api.body()).contains("There is no session here");
        assertThat(console.status()).isEqualTo(200);
        assertThat(console.body()).contains("UP");
        var _ = speaking.close();
    }

    @Test
    void an_authority_and_a_host_header_that_differ_are_refused() throws Exception {
        // RFC 9113 §8.1.1: malformed, a stream error of type PROTOCOL_ERROR.
        assertThatThrownBy(() -> ask(client, NO_SUCH, "/q/health/live", "localhost:8080"))
                .hasCauseInstanceOf(StreamResetException.class)
                .hasMessageEndingWith("Stream reset: 1");
        assertThatThrownBy(() -> ask(client, "localhost", "/q/health/live", NO_SUCH + ":8080"))
                .hasCauseInstanceOf(StreamResetException.class)
                .hasMessageEndingWith("Stream reset: 1");
        assertThat(ask(client, "localhost", "/q/health/live", "localhost:8080").status())
                .as("the same twice is no contradiction")
                .isEqualTo(200);
    }

    @Test
    void whoever_guesses_many_hosts_soon_asks_the_database_no_more() throws Exception {
        double before = lookupsRefused();
        int guesses = 0;
        double refused = 0;
        // More on a slow machine, where some are forgiven meanwhile.
        while (refused < 20 && guesses < 600) {
            List<CompletableFuture<Integer>> asked = new ArrayList<>();
            for (int i = 0; i < 60; i++, guesses++) {
                String guess =
                        "b".repeat(24) + (char) ('a' + guesses / 26) + (char) ('a' + guesses % 26);
                asked.add(
                        CompletableFuture.supplyAsync(
                                () -> status(guess + ".localhost"), Thread::startVirtualThread));
            }
            assertThat(asked).allMatch(status -> status.join() == 403);
            refused = lookupsRefused() - before;
        }

        assertThat(refused).as("of %d guesses", guesses).isBetween(20.0, guesses - 20.0);
    }

    private int status(String host) {
        try {
            return ask(client, host, "/").status();
        } catch (Exception e) {
            throw new IllegalStateException(host, e);
        }
    }

    private static double lookupsRefused() {
        return RestAssured.get("/q/metrics")
                .asString()
                .lines()
                .filter(line ->
                        line.startsWith("opnmanager_access_refused_total")
                                && line.contains("too_many_lookups"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void a_refused_upload_is_answered_and_not_read_to_its_end() throws Exception {
        HttpClient plain = client(HttpVersion.HTTP_1_1);
        HttpClientRequest upload =
                plain.request(
                                new RequestOptions()
                                        .setMethod(HttpMethod.POST)
                                        .setServer(
                                                SocketAddress.inetSocketAddress(
                                                        RestAssured.port, "127.0.0.1"))
                                        .setHost(NO_SUCH)
                                        .setPort(8080)
                                        .setURI("/upload"))
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);
        upload.putHeader("Content-Length", "1000000000");
        var closed = new CompletableFuture<Void>();
        upload.connection().closeHandler(closed::complete);
        var _ = upload.write(Buffer.buffer(new byte[100_000]));

        int status =
                upload.response()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS)
                        .statusCode();

        assertThat(status).isEqualTo(403);
        assertThat(closed).succeedsWithin(60, TimeUnit.SECONDS);
        var _ = plain.close();
    }
}
