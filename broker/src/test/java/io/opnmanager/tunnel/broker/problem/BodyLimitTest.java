package io.opnmanager.tunnel.broker.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/**
 * Over plain sockets: clients hide what happens to an answer that comes before the body is sent.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class BodyLimitTest {

    private static final int LIMIT = 64 * 1_024;
    private static final String HEAD =
            "POST /api/test/enroll HTTP/1.1\r\nHost: broker\r\nContent-Type: application/json\r\n";

    @Test
    void an_announced_large_body_is_answered_before_it_is_sent() throws IOException {
        try (Socket socket = connect()) {
            write(socket, HEAD + "Content-Length: " + (LIMIT + 1) + "\r\n\r\n");
            assertTooLarge(answer(socket));
        }
    }

    @Test
    void an_announced_large_body_that_is_sent_at_once_is_answered_too() throws IOException {
        try (Socket socket = connect()) {
            write(socket, HEAD + "Content-Length: 4000000\r\n\r\n" + " ".repeat(4_000_000));
            assertTooLarge(answer(socket));
        }
    }

    @Test
    void a_large_body_in_chunks_is_answered() throws IOException {
        try (Socket socket = connect()) {
            write(socket, HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
            write(socket, chunk.repeat(16) + "0\r\n\r\n");
            assertThat(answer(socket)).contains("\"code\":\"invalid_field\"");
        }
        try (Socket socket = connect()) {
            write(socket, HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
            write(socket, chunk.repeat(16) + "1\r\n \r\n" + chunk.repeat(300) + "0\r\n\r\n");
            assertTooLarge(answer(socket));
        }
    }

    @Test
    void a_body_in_chunks_that_never_ends_is_answered_and_cut() throws IOException {
        try (Socket socket = connect()) {
            write(socket, HEAD + "Transfer-Encoding: chunked\r\n\r\n");
            String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
            write(socket, chunk.repeat(17));
            assertTooLarge(answer(socket));
        }
    }

    @Test
    void a_body_of_exactly_the_limit_is_read() throws IOException {
        try (Socket socket = connect()) {
            write(
                    socket,
                    HEAD
                            + "Connection: close\r\nContent-Length: "
                            + LIMIT
                            + "\r\n\r\n"
                            + " ".repeat(LIMIT));
            assertThat(answer(socket)).startsWith("HTTP/1.1 400").contains("invalid_field");
        }
    }

    @Test
    void who_asks_whether_to_send_a_large_body_is_told_not_to() throws IOException {
        try (Socket socket = connect()) {
            write(socket, HEAD + "Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n");
            assertTooLarge(answer(socket));
        }
    }

    @Test
    void who_asks_whether_to_send_a_body_is_told_to() throws IOException {
        try (Socket socket = connect()) {
            write(
                    socket,
                    HEAD
                            + "Connection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            byte[] first = socket.getInputStream().readNBytes(25);
            assertThat(new String(first, StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 100 Continue");
            write(socket, "{}");
            assertThat(answer(socket)).contains("\"code\":\"invalid_field\"");
        }
    }

    private static void assertTooLarge(String answer) {
        assertThat(answer)
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("content-type: application/problem+json")
                .containsIgnoringCase("connection: close")
                .contains("\"code\":\"body_too_large\"");
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket("localhost", RestAssured.port);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** Until the document is there: the connection may stay open. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder answer = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            answer.append((char) next);
            if (next == '}'
                    && !answer.toString().endsWith("\"}]")
                    && answer.toString().endsWith("\"}")
                    && !answer.toString().contains("\"violations\"")) {
                break;
            }
            if (answer.toString().endsWith("\"}]}")) {
                break;
            }
        }
        return answer.toString();
    }
}
