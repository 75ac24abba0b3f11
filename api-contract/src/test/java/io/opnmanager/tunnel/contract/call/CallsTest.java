package io.opnmanager.tunnel.contract.call;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server that answers whatever a test says. */
class CallsTest {

    private static final byte[] QUESTION = "{\"a\":1}".getBytes(US_ASCII);
    private static final Duration SOON = Duration.ofSeconds(1);

    /** What a server does with the connection of a caller whose question it has read. */
    private interface Behaviour {
        void answer(OutputStream out) throws Exception;
    }

    private final List<String> questions = new CopyOnWriteArrayList<>();
    private ServerSocket server;
    private volatile Behaviour behaviour = out -> {};

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = server.accept();
                Thread.ofVirtual().start(() -> serve(caller));
            }
        } catch (IOException closed) {
            assertThat(server.isClosed()).isTrue();
        }
    }

    private void serve(Socket caller) {
        try (caller) {
            InputStream in = caller.getInputStream();
            StringBuilder read = new StringBuilder();
            while (read.indexOf("{\"a\":1}") < 0) {
                read.append((char) in.read());
            }
            questions.add(read.toString());
            behaviour.answer(caller.getOutputStream());
        } catch (Exception gone) {
            questions.add("gone: " + gone);
        }
    }

    private Calls calls(Duration within) {
        return new Calls(new BrokerAddress(url("http"), null, null), "secret", within);
    }

    private URI url(String scheme) {
        return URI.create(scheme + "://127.0.0.1:" + server.getLocalPort());
    }

    private static void says(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(US_ASCII));
        out.flush();
    }

    @Test
    void a_question_has_the_credential_and_the_answer_its_status() throws Exception {
        behaviour =
                out ->
                        says(
                                out,
                                "HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}");
        try (Calls calls = calls(SOON)) {
            Calls.Answer answer = calls.post("api/x", QUESTION);

            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.good()).isFalse();
            assertThat(answer.retryAfter()).isEqualTo("7");
            assertThat(answer.body()).isEqualTo("{}".getBytes(US_ASCII));
        }
        assertThat(questions).hasSize(1);
        assertThat(questions.getFirst())
                .startsWith("POST /api/x HTTP/1.1\r\n")
                .containsIgnoringCase("Authorization: Bearer secret\r\n")
                .containsIgnoringCase("Content-Type: application/json\r\n")
                .doesNotContainIgnoringCase("Upgrade:");
    }

    @Test
    void a_redirect_is_not_followed() throws Exception {
        behaviour =
                out ->
                        says(
                                out,
                                "HTTP/1.1 307 There\r\nLocation: "
                                        + url("http")
                                        + "/there\r\nContent-Length: 0\r\n\r\n");
        try (Calls calls = calls(SOON)) {
            assertThat(calls.post("api/x", QUESTION).status()).isEqualTo(307);
        }
        assertThat(questions).hasSize(1);
    }

    @Test
    void an_answer_without_end_is_given_up_at_its_limit() throws Exception {
        behaviour =
                out -> {
                    says(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
                    while (true) {
                        out.write(new byte[8192]);
                    }
                };
        try (Calls calls = calls(Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> calls.post("api/x", QUESTION))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(HttpTimeoutException.class)
                    .hasMessageContaining("exceeds capacity: 1048576");
        }
    }

    @Test
    void headers_without_end_are_given_up_at_their_limit() throws Exception {
        behaviour =
                out -> {
                    says(out, "HTTP/1.1 200 OK\r\n");
                    for (int i = 0; i < 1000; i++) {
                        says(out, "X-%d: %s\r\n".formatted(i, "x".repeat(100)));
                    }
                    says(out, "Content-Length: 2\r\n\r\n{}");
                };
        try (Calls calls = calls(Duration.ofSeconds(20))) {
            assertThatThrownBy(() -> calls.post("api/x", QUESTION))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(HttpTimeoutException.class);
        }
    }

    @Test
    void an_answer_that_trickles_is_given_up_in_time() throws Exception {
        behaviour =
                out -> {
                    says(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
                    for (int i = 0; i < 1000; i++) {
                        out.write(' ');
                        out.flush();
                        Thread.sleep(20);
                    }
                };
        try (Calls calls = calls(SOON)) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> calls.post("api/x", QUESTION))
                    .isInstanceOf(HttpTimeoutException.class)
                    .hasMessage("no answer in time");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(SOON, SOON.multipliedBy(5));
        }
    }

    @Test
    void closing_ends_a_question_that_is_held() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        behaviour =
                out -> {
                    asked.countDown();
                    Thread.sleep(60_000);
                };
        Calls calls = calls(Duration.ofSeconds(50));
        FutureTask<Calls.Answer> held = new FutureTask<>(() -> calls.post("api/x", QUESTION));
        Thread.ofVirtual().start(held);
        asked.await();

        calls.close();

        assertThatThrownBy(() -> held.get(5, java.util.concurrent.TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
    }

    /** The stand-in of an installation is a broker with a certificate that is really checked. */
    @Test
    void a_certificate_counts_when_its_authority_is_trusted_and_not_otherwise(@TempDir Path folder)
            throws Exception {
        Thread standIn =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                StandIn.serve(folder, 9, "key");
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        });
        Path credential = folder.resolve("credential.json");
        while (!Files.exists(credential)) {
            assertThat(standIn.isAlive()).isTrue();
            Thread.sleep(20);
        }
        URI url = URI.create(Fields.read(Files.readAllBytes(credential)).text("broker_url"));
        Path authority = folder.resolve("ca.pem");
        try (Calls calls = new Calls(new BrokerAddress(url, authority, null), "secret")) {
            Calls.Answer answer = calls.post("api/agent_checkin", QUESTION);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(AgentWords.checkin(Fields.read(answer.body())).checkinInterval())
                    .isEqualTo(60);
        }
        URI byName = URI.create("https://localhost:" + url.getPort());
        try (Calls calls = new Calls(new BrokerAddress(byName, authority, null), "secret")) {
            assertThatThrownBy(() -> calls.post("api/agent_checkin", QUESTION))
                    .isInstanceOf(SSLHandshakeException.class);
        }
        try (Calls calls = new Calls(new BrokerAddress(url, null, null), "secret")) {
            assertThatThrownBy(() -> calls.post("api/agent_checkin", QUESTION))
                    .isInstanceOf(SSLHandshakeException.class);
        }
    }
}
