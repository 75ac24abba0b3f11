package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.operator;
import static io.opnmanager.tunnel.broker.identity.Console.page;
import static io.opnmanager.tunnel.broker.identity.Console.signIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** A stream is opened, something is taken away, and the stream has to end within seconds. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class OpenStreamsTest {

    @Inject OpenStreams streams;

    @Test
    void one_ends_with_its_sign_in_and_another_sign_in_goes_on() throws Exception {
        String name = operator("operator");
        String here = signIn(name);
        String elsewhere = signIn(name);
        try (Stream cut = Stream.open(cookie(here));
                Stream stays = Stream.open(cookie(elsewhere))) {
            page(here).delete(SIGN_IN).then().statusCode(204);
            assertThat(cut.endsWithin(20_000)).isTrue();
            assertThat(stays.endsWithin(3_000)).isFalse();
        }
    }

    @Test
    void one_ends_with_its_token() throws Exception {
        String name = operator("operator");
        var made = basic(name, PASSWORD).body("{\"name\": \"script\"}").post("/api/v1/tokens");
        try (Stream cut = Stream.open("Authorization: Bearer " + made.path("token"))) {
            basic(name, PASSWORD)
                    .delete("/api/v1/tokens/" + made.<Integer>path("id"))
                    .then()
                    .statusCode(204);
            assertThat(cut.endsWithin(20_000)).isTrue();
        }
    }

    @Test
    void one_ends_when_its_operator_may_do_something_else() throws Exception {
        String name = operator("operator");
        try (Stream cut = Stream.open(cookie(signIn(name)))) {
            administrator()
                    .body("{\"role\": \"operator\", \"tags\": [\"berlin\"]}")
                    .put("/api/v1/operators/" + name)
                    .then()
                    .statusCode(200);
            assertThat(cut.endsWithin(20_000)).isTrue();
        }
    }

    @Test
    void one_of_a_password_ends_when_the_password_is_changed() throws Exception {
        String name = operator("operator");
        String pair = name + ":" + PASSWORD;
        try (Stream cut =
                Stream.open(
                        "Authorization: Basic "
                                + Base64.getEncoder()
                                        .encodeToString(pair.getBytes(StandardCharsets.UTF_8)))) {
            administrator()
                    .body("{\"password\": \"another long one\"}")
                    .put("/api/v1/operators/" + name + "/password")
                    .then()
                    .statusCode(204);
            assertThat(cut.endsWithin(20_000)).isTrue();
        }
    }

    @Test
    void one_that_its_client_leaves_is_forgotten() throws Exception {
        String cookie = signIn(operator("operator"));
        int before = streams.open();
        Stream.open(cookie(cookie)).close();
        org.awaitility.Awaitility.await()
                .atMost(java.time.Duration.ofSeconds(20))
                .until(() -> streams.open() <= before);
    }

    private static String cookie(String value) {
        return "Cookie: " + SignInCookie.NAME + "=" + value;
    }

    /** A client that reads what comes. */
    private record Stream(Socket socket) implements AutoCloseable {

        static Stream open(String credential) throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port);
            socket.getOutputStream()
                    .write(
                            """
                            GET /api/v1/requests/events HTTP/1.1\r
                            Host: localhost\r
                            Accept: text/event-stream\r
                            Connection: close\r
                            Sec-Fetch-Site: same-origin\r
                            %s\r
                            \r
                            """
                                    .formatted(credential)
                                    .getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 200");
            return new Stream(socket);
        }

        boolean endsWithin(int milliseconds) throws IOException {
            long until = System.nanoTime() + milliseconds * 1_000_000L;
            try {
                while (System.nanoTime() < until) {
                    socket.setSoTimeout((int) Math.max(1, (until - System.nanoTime()) / 1_000_000));
                    if (socket.getInputStream().read() < 0) {
                        return true;
                    }
                }
                return false;
            } catch (SocketTimeoutException e) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
