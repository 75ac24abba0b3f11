package io.opnmanager.tunnel.broker.access.stream;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.hasItem;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.access.LiveSessions;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** Clients with certificates, good and bad, and what they get through to. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(GatewayClients.Open.class)
class GatewayTest extends GatewayClients {

    @Inject Jdbi jdbi;
    @Inject LiveSessions sessions;

    @Test
    void bytes_come_back_as_they_were_sent_after_the_end_of_the_question() throws Exception {
        byte[] bytes = new byte[5_000_000];
        new Random(7).nextBytes(bytes);

        assertThat(echoed(open("kim", "echo.test"), bytes)).isEqualTo(bytes);
    }

    @Test
    void the_client_goes_on_when_the_service_has_said_its_last_word() throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(8).nextBytes(bytes);
        try (SSLSocket socket = open("kim", "echo.test")) {
            socket.getOutputStream().write('h');
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(LAST_WORD);

            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();

            assertThat(service().heard.poll(10, TimeUnit.SECONDS)).isEqualTo(bytes);
        }
    }

    @Test
    void the_bandwidth_is_what_was_said() throws Exception {
        byte[] bytes = new byte[2 * BANDWIDTH];
        double seconds;
        int tries = 0;
        do {
            long begin = System.nanoTime();
            // First all of it up, two seconds, then all of it down.
            assertThat(echoed(open("kim", "echo.test"), bytes)).hasSize(bytes.length);
            seconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1_000.0;
            assertThat(seconds).isGreaterThan(4 * 0.95);
            tries++;
            // A machine that is busy with something else can make it slower.
        } while (seconds > 4 * 1.05 && tries < 4);

        // That it is exact is Bandwidth's own, whose test has a clock to itself.
        assertThat(seconds).isLessThan(4 * 2);
    }

    @Test
    void connections_are_listed_while_they_go_on_and_afterwards() throws Exception {
        try (SSLSocket socket = open("kim", "echo.test")) {
            socket.getOutputStream().write("e6".getBytes(StandardCharsets.US_ASCII));
            await().untilAsserted(() -> assertThat(listed(true)).hasSize(1));
            assertThat(listed(true).getFirst())
                    .containsEntry("destination", "service")
                    .containsEntry("service", "echo.test")
                    .containsEntry("client", "CN=kim")
                    .containsEntry("address", "127.0.0.1")
                    .doesNotContainKeys("request_id", "operator", "ended_at", "end");

            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).hasSize(2);
        }
        await().untilAsserted(() -> assertThat(listed(true)).isEmpty());
        assertThat(listed(false).getFirst())
                .containsEntry("client", "CN=kim")
                .containsEntry("end", "done")
                .containsEntry("bytes_in", 2)
                .containsEntry("bytes_out", 2)
                .containsKey("ended_at");
    }

    private static List<Map<String, Object>> listed(boolean live) throws IOException {
        return Api.administrator()
                .queryParam("live", live)
                .get("/api/v1/streams")
                .then()
                .statusCode(200)
                .extract()
                .path("items");
    }

    @Test
    void the_node_says_at_which_port_its_sessions_are_reached() {
        int port =
                jdbi.withHandle(handle ->
                        handle.createQuery("SELECT stream_port FROM node WHERE name = :name")
                                .bind("name", sessions.node())
                                .mapTo(Integer.class)
                                .one());

        assertThat(port).isEqualTo(PUBLIC_PORT);
    }

    @Test
    void the_server_name_is_not_case_sensitive() throws Exception {
        assertThat(echoed(open("kim", "ECHO.Test"), "e1".getBytes(StandardCharsets.US_ASCII)))
                .asString()
                .isEqualTo("e1");
    }

    @Test
    void no_certificate_an_expired_one_and_one_of_another_authority_are_refused() throws Exception {
        assertRefused(open(null, "echo.test"), "handshake_failed");
        assertRefused(open("late", "echo.test"), "handshake_failed");
        assertRefused(open("foreign/kim", "echo.test"), "handshake_failed");
    }

    @Test
    void a_revoked_certificate_is_refused_as_soon_as_the_list_says_so() throws Exception {
        assertRefused(open("gone", "echo.test"), "handshake_failed");
        byte[] asked = "e3".getBytes(StandardCharsets.US_ASCII);
        assertThat(echoed(open("going", "echo.test"), asked)).isEqualTo(asked);

        Files.copy(
                FOLDER.resolve("later.crl"),
                FOLDER.resolve("now.crl"),
                StandardCopyOption.REPLACE_EXISTING);

        await().atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() ->
                        assertThatThrownBy(() -> echoed(open("going", "echo.test"), asked))
                                .isInstanceOf(SSLException.class));
        assertThat(echoed(open("kim", "echo.test"), asked)).isEqualTo(asked);
    }

    @Test
    void a_certificate_that_the_broker_has_signed_is_good_until_it_is_revoked() throws Exception {
        certified("signed", Api.administrator());
        byte[] asked = "e4".getBytes(StandardCharsets.US_ASCII);
        // The first one makes the authority, of which the gateway has to hear.
        await().atMost(10, TimeUnit.SECONDS)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() ->
                        assertThat(echoed(open("signed", "echo.test"), asked)).isEqualTo(asked));

        Api.administrator().delete("/api/v1/certificates").then().statusCode(204);

        assertRefused(open("signed", "echo.test"), "not_allowed");
    }

    @Test
    void a_session_that_is_resumed_is_worth_no_more_than_its_certificate_is_now() throws Exception {
        certified("resuming", Api.administrator());
        byte[] asked = "e5".getBytes(StandardCharsets.US_ASCII);
        await().atMost(10, TimeUnit.SECONDS)
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() ->
                        assertThat(echoed(open("resuming", "echo.test"), asked)).isEqualTo(asked));
        SSLContext tls = of("resuming");
        long begun = begunAt(echo(tls, asked));
        assertThat(begunAt(echo(tls, asked))).isEqualTo(begun);

        Api.administrator().delete("/api/v1/certificates").then().statusCode(204);

        SSLSocket resumed = over(plain("127.0.0.1", gateway.port()), tls, "echo.test");
        assertRefused(resumed, "not_allowed");
        assertThat(begunAt(resumed)).isEqualTo(begun);
    }

    private SSLSocket echo(SSLContext tls, byte[] asked) throws Exception {
        SSLSocket socket = over(plain("127.0.0.1", gateway.port()), tls, "echo.test");
        assertThat(echoed(socket, asked)).isEqualTo(asked);
        return socket;
    }

    /** When the first connection was made whose session this one goes on with. */
    private static long begunAt(SSLSocket socket) {
        return socket.getSession().getCreationTime();
    }

    @Test
    void a_client_that_is_cut_off_has_not_said_its_last_word() throws Exception {
        double before = ends("broken");
        Socket line = plain("127.0.0.1", gateway.port());
        SSLSocket socket = over(line, of("kim"), "echo.test");
        socket.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readAllBytes()).isEqualTo(LAST_WORD);

        // The end of TCP alone, as anybody on the way can say it.
        line.shutdownOutput();

        await().atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(ends("broken")).isEqualTo(before + 1));
        line.close();
        assertThat(service().heard.poll(10, TimeUnit.SECONDS)).asString().isEqualTo("ello");
    }

    /** Has the broker sign a key of its own for an operator, with openssl. */
    private static void certified(String file, RequestSpecification operator) throws Exception {
        Path key = FOLDER.resolve(file + "-key.pem");
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-new",
                                "-nodes",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-keyout",
                                key.toString(),
                                "-subj",
                                "/CN=any")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String request =
                new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        String certificate =
                operator.body(Map.of("certificate_request", request))
                        .post("/api/v1/certificates")
                        .then()
                        .statusCode(201)
                        .extract()
                        .path("certificate");
        Files.writeString(FOLDER.resolve(file + ".pem"), certificate + Files.readString(key));
    }

    @Test
    void an_operator_who_is_removed_is_cut_off_from_services_too() throws Exception {
        Map<String, String> leaver =
                Map.of("name", "leaver", "password", "twelve characters", "role", "operator");
        Api.administrator().body(leaver).post("/api/v1/operators").then().statusCode(201);
        certified(
                "leaver",
                given().auth()
                        .preemptive()
                        .basic("leaver", "twelve characters")
                        .contentType(ContentType.JSON));
        try (SSLSocket live = open("leaver", "echo.test")) {
            live.setSoTimeout(10_000);
            live.getOutputStream().write('x');
            await().atMost(10, TimeUnit.SECONDS)
                    .untilAsserted(() ->
                            Api.administrator()
                                    .get("/api/v1/streams?live=true")
                                    .then()
                                    .body("items.operator", hasItem("leaver")));

            Api.administrator().delete("/api/v1/operators/leaver").then().statusCode(204);

            assertThat(endOf(live)).isNegative();
        }
    }

    /** What is read when the broker hangs up, in whichever way. */
    private static int endOf(SSLSocket socket) throws SocketTimeoutException {
        try {
            return socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    void a_name_that_is_not_listed_gets_nothing_from_a_service() throws Exception {
        assertRefused(open("lee", "echo.test"), "not_allowed");
    }

    @Test
    void without_a_server_name_or_with_an_unknown_one_there_is_nothing() throws Exception {
        assertRefused(open("kim", null), "no_server_name");
        assertRefused(open("kim", "other.test"), "unknown_server_name");
    }

    @Test
    void a_session_is_for_operators_and_a_guessed_one_is_not_there() throws Exception {
        assertRefused(open("kim", "a".repeat(26) + ".localhost"), "not_allowed");
    }

    @Test
    void a_service_that_takes_nothing_is_given_up() throws Exception {
        double before = ends("stalled");
        try (SSLSocket socket = open("kim", "echo.test")) {
            assertThatThrownBy(
                            () -> {
                                byte[] much = new byte[1_000_000];
                                much[0] = 'x';
                                for (int i = 0; i < 200; i++) {
                                    socket.getOutputStream().write(much);
                                }
                            })
                    .isInstanceOf(IOException.class);
        }
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(ends("stalled")).isEqualTo(before + 1));
    }
}
