package io.opnmanager.tunnel.broker.access.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A browser that speaks HTTP/2, in front of a page that speaks HTTP/1.1. */
class Http2Test {

    private static final String[] SESSION = RelayWorld.SESSION_HOST.split(":", 2);

    private static RawPage echo() throws java.io.IOException {
        return RawPage.start(line -> {
            while (true) {
                String head = line.readHead();
                byte[] body = line.readBody(head);
                line.write(
                        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=30\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n");
                line.out.write(body);
                line.out.flush();
            }
        });
    }

    private static HttpClient client(RelayWorld world) {
        return world.vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false)
                        .setHttp2MaxPoolSize(1));
    }

    private static HttpClientRequest ask(
            HttpClient client, RelayWorld world, HttpMethod method, String uri) {
        return done(
                client.request(
                        new RequestOptions()
                                .setServer(
                                        io.vertx.core.net.SocketAddress.inetSocketAddress(
                                                world.port, "127.0.0.1"))
                                .setHost(SESSION[0])
                                .setPort(Integer.parseInt(SESSION[1]))
                                .setMethod(method)
                                .setURI(uri)));
    }

    private static <T> T done(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Test
    void a_request_without_a_body_has_none_at_the_page_either() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page)) {
            HttpClientRequest request = ask(client(world), world, HttpMethod.GET, "/a?b=%2F");
            request.headers()
                    .add("cookie", "PHPSESSID=a")
                    .add("cookie", "__Host-opnmanager-session=s3cret")
                    .add("cookie", "b=c");
            var answer = done(request.send());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().names())
                    .doesNotContain("connection", "keep-alive", "x-hop", "transfer-encoding");
            assertThat(page.nextHead())
                    .startsWith("GET /a?b=%2F HTTP/1.1\r\n")
                    .contains("\r\nhost: localhost:" + page.port() + "\r\n")
                    .contains("Cookie: PHPSESSID=a; b=c\r\n")
                    .doesNotContainIgnoringCase("transfer-encoding")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void a_body_that_nobody_announced_goes_through() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page)) {
            HttpClientRequest request = ask(client(world), world, HttpMethod.POST, "/");
            request.setChunked(true);
            var _ = request.write("hello ");
            var _ = request.end("world");

            assertThat(done(request.response().compose(answer -> answer.body())).toString())
                    .isEqualTo("hello world");
            assertThat(page.nextHead()).containsIgnoringCase("transfer-encoding: chunked\r\n");
        }
    }

    @Test
    void an_empty_post_is_no_endless_one() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page)) {
            HttpClientRequest request = ask(client(world), world, HttpMethod.POST, "/");

            assertThat(done(request.send()).statusCode()).isEqualTo(200);
            assertThat(page.nextHead()).containsIgnoringCase("content-length: 0\r\n");
        }
    }

    @Test
    void five_hundred_streams_lose_no_byte() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page)) {
            HttpClient client = client(world);
            AtomicInteger whole = new AtomicInteger();
            CompletableFuture<?>[] all =
                    IntStream.range(0, 500)
                            .mapToObj(number -> echoed(client, world, number, whole))
                            .toArray(CompletableFuture[]::new);

            CompletableFuture.allOf(all).get(60, TimeUnit.SECONDS);

            assertThat(whole).hasValue(500);
        }
    }

    private static CompletableFuture<Void> echoed(
            HttpClient client, RelayWorld world, int number, AtomicInteger whole) {
        byte[] body = new byte[1_000 + number * 41];
        new Random(number).nextBytes(body);
        return client.request(
                        new RequestOptions()
                                .setServer(
                                        io.vertx.core.net.SocketAddress.inetSocketAddress(
                                                world.port, "127.0.0.1"))
                                .setHost(SESSION[0])
                                .setPort(Integer.parseInt(SESSION[1]))
                                .setMethod(HttpMethod.POST)
                                .setURI("/" + number))
                .compose(request -> request.send(Buffer.buffer(body)))
                .compose(answer -> answer.body())
                .<Void>map(got -> {
                    if (got.equals(Buffer.buffer(body))) {
                        whole.incrementAndGet();
                    }
                    return null;
                })
                .toCompletionStage()
                .toCompletableFuture();
    }

    @Test
    void a_stream_that_the_browser_resets_ends_the_page_s_work() throws Exception {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            end.complete(line.in.read());
                        });
                RelayWorld world = RelayWorld.before(page)) {
            HttpClientRequest request = ask(client(world), world, HttpMethod.GET, "/");
            var _ = request.send();
            page.nextHead();
            request.reset(8);

            assertThat(end.get(15, TimeUnit.SECONDS)).isEqualTo(-1);
            await().atMost(Duration.ofSeconds(15)).until(() -> world.relay.underWay() == 0);
        }
    }

    @Test
    void an_answer_that_breaks_off_resets_the_stream() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write(
                                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
                            Thread.sleep(200);
                        });
                RelayWorld world = RelayWorld.before(page)) {
            HttpClientRequest request = ask(client(world), world, HttpMethod.GET, "/");
            assertThat(
                            request.send()
                                    .compose(answer -> answer.body())
                                    .toCompletionStage()
                                    .toCompletableFuture()
                                    .handle((body, failure) -> failure)
                                    .get(15, TimeUnit.SECONDS))
                    .isInstanceOf(io.vertx.core.http.StreamResetException.class);
        }
    }

    @Test
    void trailers_and_early_answers_arrive() throws Exception {
        try (RawPage page =
                        RawPage.start(line -> {
                            line.readHead();
                            line.write(
                                    "HTTP/1.1 413 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n");
                            line.in.readAllBytes();
                        });
                RelayWorld world = RelayWorld.before(page)) {
            HttpClientRequest request = ask(client(world), world, HttpMethod.POST, "/");
            request.setChunked(true);
            var _ = request.write("the beginning of much");
            MultiMap trailers =
                    done(
                            request.response()
                                    .compose(answer -> {
                                        assertThat(answer.statusCode()).isEqualTo(413);
                                        return answer.end().map(end -> answer.trailers());
                                    }));

            assertThat(trailers.get("x-sum")).isEqualTo("1");
        }
    }

    @Test
    void what_cannot_be_said_in_http_1_is_not_smuggled_into_it() throws Exception {
        try (RawPage page = echo();
                RelayWorld world = RelayWorld.before(page)) {
            HttpClient client = client(world);
            for (String path : new String[] {"/a b", "/a\u0001", "//\u007f", "/a#b"}) {
                HttpClientRequest request = ask(client, world, HttpMethod.GET, path);
                int status =
                        request.send()
                                .map(answer -> answer.statusCode())
                                .otherwise(400)
                                .toCompletionStage()
                                .toCompletableFuture()
                                .get(15, TimeUnit.SECONDS);
                assertThat(status).isEqualTo(400);
            }
            assertThat(page.heads()).isEmpty();
        }
    }
}
