package io.opnmanager.tunnel.broker.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections to a server whose clients are slow, or send ahead, or can be read in two ways.
 *
 * <p>Long because the same is shown for HTTP/1, HTTP/2 and TLS, byte by byte: no client library
 * sends what is refused here.
 */
class HeadWatchTest {

    private static final Duration HEAD = Duration.ofSeconds(2);
    private static final Duration LONGER = HEAD.plusMillis(500);
    private static final byte[] PREFACE =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String GET = "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n";

    private Vertx vertx;
    private volatile Duration slow = LONGER;
    private final List<String> served = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        HeadWatchExtension.limits(null);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private int server(HttpServerOptions options) {
        return server(options, HEAD);
    }

    private int server(HttpServerOptions options, Duration head) {
        options.setHost("127.0.0.1").setPort(0);
        HeadWatchExtension.limits(new HeadWatch.Limits(head, 3, options));
        return vertx.createHttpServer(options)
                .requestHandler(this::serve)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private void serve(HttpServerRequest request) {
        served.add(request.method() + " " + request.path());
        switch (Objects.requireNonNull(request.path())) {
            case "/slow" -> vertx.setTimer(slow.toMillis(), id -> request.response().end("slow"));
            case "/never" -> {}
            case "/ws" ->
                    request.toWebSocket()
                            .onSuccess(socket -> socket.handler(socket::writeBinaryMessage));
            default ->
                    request.body()
                            .onSuccess(body -> request.response().end("got " + body.length()));
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(15_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String untilClosed(Socket socket) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketException reset) {
            // Closed, less politely.
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            assertThat(read).as("the connection ended after: %s", head).isNotNegative();
            head.append((char) read);
        }
        return head.toString();
    }

    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        String head = head(in);
        int at = head.indexOf("content-length: ") + 16;
        int length = Integer.parseInt(head.substring(at, head.indexOf("\r", at)));
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** Not before its time, and before a reader of it gives up. */
    private static void assertClosedInTime(Socket socket, long begin) throws IOException {
        assertThat(untilClosed(socket)).doesNotContain("200 OK");
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(HEAD);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "G",
                "GET / HTTP/1.1\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n",
                "POST",
                "PRI * HTT",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000"
            })
    void an_unfinished_head_is_closed(String begun) throws Exception {
        int port = server(new HttpServerOptions());
        long begin = System.nanoTime();
        try (Socket socket = connect(port)) {
            send(socket, begun);
            assertClosedInTime(socket, begin);
        }
    }

    @Test
    void a_head_that_drips_is_closed_and_others_go_on() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket slow = connect(port)) {
            send(slow, "GET / HTTP/1.1\r\n");
            Thread dripping =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    while (true) {
                                        send(slow, "X: 1\r\n");
                                        Thread.sleep(100);
                                    }
                                } catch (IOException | InterruptedException closed) {
                                    // As it should be.
                                }
                            });
            try (Socket other = connect(port)) {
                send(other, GET.formatted("other"));
                assertThat(answer(other)).isEqualTo("got 0");
            }
            // Or its reader gives up, for it hears nothing.
            untilClosed(slow);
            dripping.join();

            assertThat(served).containsExactly("GET /other");
        }
    }

    @Test
    void a_later_head_of_a_kept_connection_has_the_same_time_and_a_pause_before_it_has_none()
            throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = connect(port)) {
            for (int i = 0; i < 2; i++) {
                send(socket, GET.formatted(i));
                assertThat(answer(socket)).isEqualTo("got 0");
                Thread.sleep(LONGER.toMillis());
            }
            long begin = System.nanoTime();
            send(socket, "GET / HTTP/1.1\r\n");
            assertClosedInTime(socket, begin);
        }
    }

    @Test
    void a_slow_body_and_a_slow_answer_are_no_slow_head() throws Exception {
        // The last head is finished by this thread, which may be slow itself.
        Duration head = Duration.ofSeconds(3);
        slow = head.plusSeconds(1);
        int port = server(new HttpServerOptions(), head);
        try (Socket socket = connect(port)) {
            send(socket, "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
            Thread.sleep(slow.toMillis());
            send(socket, "cd" + GET.formatted("slow") + "GET /b HTTP/1.1\r\n");
            assertThat(answer(socket)).isEqualTo("got 4");
            assertThat(answer(socket)).isEqualTo("slow");
            send(socket, "Host: a\r\n\r\n");
            assertThat(answer(socket)).isEqualTo("got 0");
        }
    }

    @Test
    void a_websocket_may_be_silent() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = connect(port)) {
            send(
                    socket,
                    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            InputStream in = socket.getInputStream();
            head(in);
            for (int i = 0; i < 2; i++) {
                // A masked frame of one byte, its mask zero.
                send(socket, "\u0082\u0081\u0000\u0000\u0000\u0000a");
                assertThat(in.readNBytes(3)).containsExactly(0x82, 1, 'a');
                Thread.sleep(LONGER.toMillis());
            }
        }
    }

    @Test
    void requests_sent_far_ahead_close_the_connection() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = connect(port)) {
            send(socket, GET.formatted("never"));
            for (int i = 0; i < 3; i++) {
                send(socket, GET.formatted(i));
            }
            socket.setSoTimeout(300);
            assertThat(catchTimeout(socket)).isTrue();
            socket.setSoTimeout(15_000);
            send(socket, GET.formatted("too-many"));

            assertThat(untilClosed(socket)).isEmpty();
            assertThat(served).containsExactly("GET /never");
        }
    }

    private static boolean catchTimeout(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() == -2;
        } catch (java.net.SocketTimeoutException stillOpen) {
            return true;
        }
    }

    @Test
    void many_requests_one_after_another_are_not_sent_ahead() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = connect(port)) {
            for (int i = 0; i < 50; i++) {
                send(socket, GET.formatted(i));
                assertThat(answer(socket)).isEqualTo("got 0");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
            })
    void a_body_framed_in_two_ways_is_refused_and_nothing_behind_it_is_read(String fields)
            throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = connect(port)) {
            send(
                    socket,
                    "POST /a HTTP/1.1\r\nHost: a\r\n"
                            + fields
                            + "\r\n\r\n0\r\n\r\n"
                            + GET.formatted("b"));

            assertThat(untilClosed(socket)).startsWith("HTTP/1.1 400 ").doesNotContain("got");
            assertThat(served).isEmpty();
        }
    }

    @Test
    void an_upgrade_to_http_2_is_left_out_and_the_request_served() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = connect(port)) {
            send(
                    socket,
                    "GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");

            assertThat(answer(socket)).isEqualTo("got 0");
        }
    }

    /** A frame of HTTP/2 (RFC 9113 §4.1). */
    private static byte[] frame(int type, int flags, int stream, int length, byte... payload) {
        byte[] frame = new byte[9 + payload.length];
        frame[0] = (byte) (length >> 16);
        frame[1] = (byte) (length >> 8);
        frame[2] = (byte) length;
        frame[3] = (byte) type;
        frame[4] = (byte) flags;
        frame[8] = (byte) stream;
        frame[7] = (byte) (stream >> 8);
        System.arraycopy(payload, 0, frame, 9, payload.length);
        return frame;
    }

    private static Socket http2(int port) throws IOException {
        Socket socket = connect(port);
        socket.getOutputStream().write(PREFACE);
        socket.getOutputStream().write(frame(0x4, 0, 0, 0));
        return socket;
    }

    /** :method GET, :scheme http, :path /, :authority a (RFC 7541 appendix A). */
    private static final byte[] REQUEST = {(byte) 0x82, (byte) 0x86, (byte) 0x84, 0x41, 0x01, 'a'};

    @Test
    void headers_of_http_2_that_do_not_end_are_closed() throws Exception {
        int port = server(new HttpServerOptions());
        long begin = System.nanoTime();
        try (Socket socket = http2(port)) {
            socket.getOutputStream().write(frame(0x1, 0x1, 1, REQUEST.length, REQUEST));
            assertClosedInTime(socket, begin);
        }
        begin = System.nanoTime();
        try (Socket socket = http2(port)) {
            socket.getOutputStream().write(frame(0x1, 0x5, 1, 100, REQUEST));
            assertClosedInTime(socket, begin);
        }
        assertThat(served).isEmpty();
    }

    @Test
    void a_connection_of_http_2_may_be_silent_and_is_served() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = http2(port)) {
            Thread.sleep(LONGER.toMillis());
            socket.getOutputStream().write(frame(0x1, 0x5, 1, REQUEST.length, REQUEST));
            Thread.sleep(LONGER.toMillis());
            socket.getOutputStream().write(frame(0x1, 0x5, 3, REQUEST.length, REQUEST));

            await().untilAsserted(() -> assertThat(served).containsExactly("GET /", "GET /"));
        }
    }

    @Test
    void a_flood_of_resets_closes_the_connection() throws Exception {
        int port = server(new HttpServerOptions());
        try (Socket socket = http2(port)) {
            int sent = 0;
            try {
                for (; sent < 5_000; sent++) {
                    int stream = 2 * sent + 1;
                    socket.getOutputStream()
                            .write(frame(0x1, 0x5, stream, REQUEST.length, REQUEST));
                    socket.getOutputStream()
                            .write(
                                    frame(
                                            0x3, 0, stream, 4, (byte) 0, (byte) 0, (byte) 0,
                                            (byte) 8));
                }
            } catch (SocketException closed) {
                // As it should be.
            }
            untilClosed(socket);

            assertThat(served.size()).isLessThan(220);
        }
    }

    @Test
    void over_tls_it_is_the_same() throws Exception {
        SelfSignedCertificate own = SelfSignedCertificate.create("localhost");
        PemKeyCertOptions pem = own.keyCertOptions();
        int port =
                server(
                        new HttpServerOptions()
                                .setSsl(true)
                                .setUseAlpn(true)
                                .setKeyCertOptions(pem));
        try (Socket socket = tls(port)) {
            send(socket, GET.formatted("a"));
            assertThat(answer(socket)).isEqualTo("got 0");
        }
        long silentSince = System.nanoTime();
        try (Socket silent = connect(port)) {
            assertClosedInTime(silent, silentSince);
        }
        // The handshake is a part of it.
        long begin = System.nanoTime();
        try (Socket socket = tls(port)) {
            send(socket, "GET / HTTP/1.1\r\n");
            assertClosedInTime(socket, begin);
        } finally {
            own.delete();
        }
    }

    private static Socket tls(int port) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
        socket.setSoTimeout(15_000);
        socket.startHandshake();
        return socket;
    }

    private static final class Anybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
