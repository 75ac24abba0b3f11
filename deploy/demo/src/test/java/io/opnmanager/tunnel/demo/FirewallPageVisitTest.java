package io.opnmanager.tunnel.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The page does what an OPNsense's does to whoever is between it and a browser. */
class FirewallPageVisitTest {

    private static final String DASHBOARD = "/ui/core/dashboard";

    private FirewallPage page;
    private Visitor visitor;

    @BeforeEach
    void start() throws Exception {
        page = FirewallPage.start("firewall-21");
        visitor = new Visitor(page);
    }

    @AfterEach
    void end() {
        visitor.close();
        page.close();
    }

    @Test
    void the_first_answer_gives_a_session_cookie_without_domain_and_two_headers_of_the_server()
            throws Exception {
        var answer = visitor.get("/");

        assertThat(answer.headers().allValues("Set-Cookie").getFirst())
                .matches("PHPSESSID=[\\w-]{22}; path=/; secure; HttpOnly; SameSite=Lax");
        assertThat(answer.headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=31536000");
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("SAMEORIGIN");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                .startsWith("default-src 'self' ;");
    }

    @Test
    void the_right_password_gives_another_session_and_the_dashboard() throws Exception {
        var _ = visitor.get("/");
        String before = visitor.cookie("PHPSESSID");

        var answer = visitor.signIn("/", FirewallPage.PASSWORD);

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains(DASHBOARD);
        assertThat(visitor.cookie("PHPSESSID")).isNotEqualTo(before);
        assertThat(visitor.get(DASHBOARD).body()).contains("signed in as", ">root<");
    }

    @Test
    void a_wrong_password_shows_the_form_again() throws Exception {
        var answer = visitor.signIn("/", "wrong");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("Wrong username or password.");
        assertThat(visitor.get(DASHBOARD).statusCode()).isEqualTo(302);
    }

    @Test
    void a_page_wanted_before_signing_in_comes_after_it_by_an_address_made_of_host()
            throws Exception {
        var refused = visitor.get("/ui/core/backup?tab=2");
        assertThat(refused.headers().firstValue("Location"))
                .contains("/?url=/ui/core/backup?tab=2");

        var answer = visitor.signIn("/?url=/ui/core/backup?tab=2", FirewallPage.PASSWORD);

        assertThat(answer.headers().firstValue("Location"))
                .contains("https://localhost:" + page.port() + "/ui/core/backup?tab=2");
    }

    @Test
    void signing_in_from_a_page_of_another_host_is_refused() throws Exception {
        var answer = visitor.get("/", "Referer", "https://abc.example/");

        assertThat(answer.body())
                .contains(
                        "The HTTP_REFERER &quot;https://abc.example/&quot; does not match the predefined settings.");
        assertThat(visitor.get("/", "Referer", "https://localhost:1/").body())
                .contains("name=\"passwordfld\"");
    }

    @Test
    void a_form_without_its_token_is_refused() throws Exception {
        var _ = visitor.get("/");

        var answer =
                visitor.post(
                        "/", Map.of("usernamefld", "root", "passwordfld", FirewallPage.PASSWORD));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("CSRF check failed");
    }

    @Test
    void a_call_needs_the_token_in_its_header() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);
        var _ = visitor.get("/ui/core/backup");

        assertThat(visitor.post("/api/core/service/restart", Map.of()).statusCode()).isEqualTo(403);
        assertThat(
                        visitor.post(
                                        "/api/core/service/restart",
                                        Map.of(),
                                        "X-CSRFToken",
                                        visitor.token())
                                .body())
                .isEqualTo("{\"result\":\"ok\"}");
    }

    @Test
    void a_call_may_come_without_a_body() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);

        var answer =
                visitor.client()
                        .send(
                                HttpRequest.newBuilder(
                                                visitor.page().resolve("/api/core/service/restart"))
                                        .header("Cookie", visitor.cookies())
                                        .POST(HttpRequest.BodyPublishers.noBody())
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void two_session_cookies_are_none() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);
        assertThat(visitor.get(DASHBOARD).statusCode()).isEqualTo(200);

        assertThat(visitor.get(DASHBOARD, "Cookie", "PHPSESSID=ofAnother").statusCode())
                .isEqualTo(302);
    }

    @Test
    void signing_out_ends_the_session_and_takes_the_cookie_back() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);
        String session = visitor.cookie("PHPSESSID");

        var answer = visitor.get("/index.php?logout");

        assertThat(answer.headers().firstValue("Set-Cookie").orElse(""))
                .startsWith("PHPSESSID=deleted; expires=Thu, 01-Jan-1970");
        try (Visitor thief = new Visitor(page)) {
            assertThat(thief.get(DASHBOARD, "Cookie", "PHPSESSID=" + session).statusCode())
                    .isEqualTo(302);
        }
    }

    @Test
    void an_uploaded_file_is_counted_and_hashed() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);
        var _ = visitor.get("/ui/core/backup");
        String content = "x".repeat(3_000_000) + "end";

        var answer =
                visitor.post(
                        "/ui/core/backup",
                        "multipart/form-data; boundary=edge",
                        """
                        --edge\r
                        Content-Disposition: form-data; name="%s"\r
                        \r
                        %s\r
                        --edge\r
                        Content-Disposition: form-data; name="conffile"; filename="a<b.xml"\r
                        Content-Type: text/xml\r
                        \r
                        %s\r
                        --edge--\r
                        """
                                .formatted(visitor.tokenName(), visitor.token(), content));

        assertThat(answer.body())
                .contains("a&lt;b.xml")
                .contains(">3000003<")
                .contains(
                        HexFormat.of()
                                .formatHex(
                                        MessageDigest.getInstance("SHA-256")
                                                .digest(content.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void every_eight_bytes_of_a_download_are_their_number() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);

        HttpResponse<byte[]> answer =
                visitor.client()
                        .send(
                                HttpRequest.newBuilder(
                                                visitor.page()
                                                        .resolve(
                                                                "/api/core/backup/download?bytes=1000004"))
                                        .header("Cookie", visitor.cookies())
                                        .build(),
                                HttpResponse.BodyHandlers.ofByteArray());

        assertThat(answer.headers().firstValue("Content-Disposition"))
                .contains("attachment; filename=\"config-1000004.bin\"");
        assertThat(answer.body()).hasSize(1_000_004);
        var numbers = ByteBuffer.wrap(answer.body());
        for (long i = 0; i < 125_000; i++) {
            assertThat(numbers.getLong()).isEqualTo(i);
        }
    }

    @Test
    void a_socket_needs_the_session_and_a_page_of_this_host() throws Exception {
        var _ = visitor.signIn("/", FirewallPage.PASSWORD);
        String own = "https://localhost:" + page.port();

        assertThat(said("hello", visitor.cookies(), own)).isEqualTo("root said: hello");
        assertRefused(403, visitor.cookies(), "https://abc.example");
        assertRefused(302, "PHPSESSID=other", own);
    }

    private String said(String text, String cookies, String origin) throws Exception {
        var answer = new CompletableFuture<String>();
        WebSocket socket =
                visitor.client()
                        .newWebSocketBuilder()
                        .header("Cookie", cookies)
                        .header("Origin", origin)
                        .buildAsync(
                                URI.create(
                                        "wss://localhost:" + page.port() + "/api/terminal/socket"),
                                new WebSocket.Listener() {
                                    @Override
                                    public CompletionStage<?> onText(
                                            WebSocket from, CharSequence data, boolean last) {
                                        answer.complete(data.toString());
                                        return CompletableFuture.completedFuture(null);
                                    }
                                })
                        .join();
        var _ = socket.sendText(text, true);
        String said = answer.get(20, TimeUnit.SECONDS);
        socket.abort();
        return said;
    }

    private void assertRefused(int status, String cookies, String origin) {
        assertThatThrownBy(() -> said("x", cookies, origin))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(status));
    }

    @Test
    void a_connection_ends_after_fifteen_requests_and_says_so() throws Exception {
        var context = TunnelClient.accepting(page.fingerprint());
        try (var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), page.port())) {
            socket.setSoTimeout(5_000);
            OutputStream out = socket.getOutputStream();
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            for (int i = 1; i <= 15; i++) {
                out.write(
                        "HEAD /bytes?n=5 HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                .getBytes(StandardCharsets.ISO_8859_1));
                assertThat(head(in).contains("connection: close")).isEqualTo(i == 15);
            }
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    private static String head(BufferedReader in) throws IOException {
        StringBuilder head = new StringBuilder();
        String line = in.readLine();
        while (line != null && !line.isEmpty()) {
            head.append(line.toLowerCase(Locale.ROOT)).append('\n');
            line = in.readLine();
        }
        return head.toString();
    }

    @Test
    void what_arrived_can_be_looked_at() throws Exception {
        var _ = visitor.get("/?x=1", "Cookie", "a=1; b=2", "Referer", "https://localhost/");

        var seen = page.seen().getLast();

        assertThat(seen.method()).isEqualTo("GET");
        assertThat(seen.uri()).isEqualTo("/?x=1");
        assertThat(seen.cookieNames()).containsExactly("a", "b");
        assertThat(seen.header("referer")).isEqualTo("https://localhost/");
        assertThat(seen.header("host")).isEqualTo("localhost:" + page.port());
    }

    @Test
    void scripts_are_compressed_and_event_streams_are_not() throws Exception {
        assertThat(
                        visitor.get("/ui/static/app.js", "Accept-Encoding", "gzip")
                                .headers()
                                .firstValue("Content-Encoding"))
                .contains("gzip");
        assertThat(
                        visitor.client()
                                .send(
                                        HttpRequest.newBuilder(visitor.page().resolve("/events"))
                                                .header("Accept-Encoding", "gzip")
                                                .build(),
                                        HttpResponse.BodyHandlers.ofLines())
                                .headers()
                                .firstValue("Content-Encoding"))
                .isEmpty();
    }
}
