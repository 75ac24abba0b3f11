package io.opnmanager.tunnel.broker.release;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.ask;
import static io.opnmanager.tunnel.broker.Api.stranger;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.demo.SignedRelease;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Serving a release, and lines that install from it. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(ReleaseWorld.class)
class ReleaseTest {

    private static final String SHA256 =
            SignedRelease.sha256(ReleaseWorld.INSTALLER.getBytes(StandardCharsets.UTF_8));

    @Inject ReleaseFolder folder;

    @Inject Jdbi jdbi;

    @BeforeEach
    void publish() throws Exception {
        var _ = ReleaseWorld.publish("1.0.0");
        folder.look();
    }

    @Test
    void a_file_is_served_whole_with_its_length_and_checksum() {
        given().get("/api/release/install.sh")
                .then()
                .statusCode(200)
                .header("Content-Length", Integer.toString(ReleaseWorld.INSTALLER.length()))
                .header("ETag", '"' + SHA256 + '"')
                .header("X-Content-Type-Options", "nosniff")
                .contentType("application/octet-stream")
                .body(equalTo(ReleaseWorld.INSTALLER));
        given().get("/api/release/release.txt")
                .then()
                .statusCode(200)
                .body(containsString("file installer any install.sh 25 " + SHA256));
        given().head("/api/release/release-key.pem").then().statusCode(200);
    }

    @Test
    void what_the_caller_has_is_not_sent_again() {
        given().header("If-None-Match", '"' + SHA256 + '"')
                .get("/api/release/install.sh")
                .then()
                .statusCode(304)
                .header("ETag", '"' + SHA256 + '"');
        given().header("If-None-Match", "\"0\"")
                .get("/api/release/install.sh")
                .then()
                .statusCode(200);
    }

    @Test
    void a_flood_of_one_address_is_slowed_and_others_are_served() throws Exception {
        try (HttpClient flood = from("127.0.0.9")) {
            int served = 0;
            HttpResponse<String> answer = file(flood, "release.txt");
            while (answer.statusCode() == 200 && served < 3_000) {
                served++;
                answer = file(flood, "release.txt");
            }

            assertThat(served).isBetween(300, 2_999);
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(answer.body()).contains("too_many_requests");
        }
        given().get("/api/release/release.txt").then().statusCode(200);
    }

    @Test
    void whoever_hangs_up_in_the_middle_takes_no_place_for_ever() throws Exception {
        var _ =
                ReleaseWorld.release()
                        .publish("1.0.0", Map.of("sh-agent any large", "x".repeat(8_000_000)));
        folder.look();
        for (int i = 0; i < 60; i++) {
            try (Socket socket =
                    new Socket(
                            InetAddress.getLoopbackAddress(),
                            RestAssured.port,
                            InetAddress.ofLiteral("127.0.0.8"),
                            0)) {
                socket.getOutputStream()
                        .write(
                                "GET /api/release/large HTTP/1.1\r\nHost: x\r\n\r\n"
                                        .getBytes(StandardCharsets.UTF_8));
                assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
                        .isEqualTo("HTTP/1.1 200");
            }
        }

        try (HttpClient client = from("127.0.0.8")) {
            HttpResponse<String> answer = file(client, "large");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).hasSize(8_000_000);
        }
    }

    private static HttpClient from(String address) {
        return HttpClient.newBuilder().localAddress(InetAddress.ofLiteral(address)).build();
    }

    private static HttpResponse<String> file(HttpClient client, String name) throws Exception {
        return client.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + RestAssured.port
                                                + "/api/release/"
                                                + name))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "unlisted",
                "install.sh.php",
                "INSTALL.SH",
                "..%2Ffolder.key",
                "..%2f..%2f..%2fetc%2fpasswd",
                "%2e%2e/folder.key",
                "install.sh/more",
                "%00",
                "install.sh%00",
                "install.sh%2F..%2Funlisted"
            })
    void only_names_of_the_list_are_served(String name) throws Exception {
        Files.writeString(ReleaseWorld.release().folder().resolve("unlisted"), "secret");

        Response answer = given().urlEncodingEnabled(false).get("/api/release/" + name);

        assertThat(answer.statusCode()).as(answer.asString()).isIn(400, 404);
        assertThat(answer.asString()).doesNotContain("secret").doesNotContain("PRIVATE");
    }

    @Test
    void a_folder_that_does_not_verify_is_not_served_and_says_why() throws Exception {
        Files.writeString(
                ReleaseWorld.release().folder().resolve("install.sh"),
                ReleaseWorld.INSTALLER.replace("installed", "INSTALLED"));
        folder.look();

        given().get("/api/release/install.sh")
                .then()
                .statusCode(404)
                .body("code", equalTo("not_found"));
        String because = "install.sh: has another checksum than in the list";
        JsonPath ready = given().get("/q/health/ready").then().statusCode(200).extract().jsonPath();
        assertThat(ready.getString("checks.find { it.name == 'release' }.data.because"))
                .isEqualTo(because);
        administrator()
                .get("/api/v1/rollout")
                .then()
                .statusCode(200)
                .body("release_problem", equalTo(because))
                .body("version", equalTo(null));
        administrator()
                .body("{\"kind\": \"debian\"}")
                .post("/api/v1/firewalls/" + Api.firewall() + "/enrolment-line")
                .then()
                .statusCode(409)
                .body("code", equalTo("no_release"))
                .body("detail", equalTo("wanted a release that verifies, found " + because));
        assertThat(given().get("/q/metrics").asString()).contains("opnmanager_release_refused 1.0");

        publish();

        given().get("/api/release/install.sh").then().statusCode(200);
        assertThat(given().get("/q/metrics").asString()).contains("opnmanager_release_refused 0.0");
    }

    @Test
    void a_line_holds_a_token_that_enrols_and_the_checksums_of_the_release() throws Exception {
        long firewall = Api.firewall();

        JsonPath made =
                administrator()
                        .body("{\"kind\": \"opnsense\"}")
                        .post("/api/v1/firewalls/" + firewall + "/enrolment-line")
                        .then()
                        .statusCode(200)
                        .body("firewall_id", equalTo((int) firewall))
                        .body("kind", equalTo("opnsense"))
                        .body("version", equalTo("1.0.0"))
                        .extract()
                        .jsonPath();

        String line = made.getString("line");
        assertThat(line)
                .matches("echo ope_[A-Za-z0-9_-]{43} \\| /bin/sh -c '[^'!\\\\\n]+'")
                .contains("[ \"$s\" = " + SHA256 + " ]")
                .contains(
                        "sh $f --broker https://tunnel.example.net --kind opnsense --key-sha256 "
                                + ReleaseWorld.release().keySha256()
                                + " --pinned-key "
                                + ReleaseWorld.PIN
                                + "; exit")
                .hasSizeLessThan(1000);
        String token = line.split(" ", 3)[1];
        stranger()
                .body(ask(token, Api.SSH_KEY))
                .post("/api/test/enroll")
                .then()
                .statusCode(200)
                .body("firewall_id", equalTo((int) firewall));
        assertThat(audited("firewall:" + firewall)).contains("firewall.enrolment-token");
    }

    @Test
    void a_page_elsewhere_stands_in_the_line_and_the_usual_one_does_not() throws Exception {
        long firewall = Api.firewall();
        administrator()
                .body(
                        "{\"name\": \"%s\", \"web_target\": \"https://[fd00::1]:8443\"}"
                                .formatted(Api.name("box")))
                .put("/api/v1/firewalls/" + firewall)
                .then()
                .statusCode(200);

        assertThat(line(firewall)).contains(" --web-target \"https://[fd00::1]:8443\";");
        assertThat(line(Api.firewall())).doesNotContain("--web-target");
    }

    private static String line(long firewall) throws Exception {
        return administrator()
                .body("{\"kind\": \"debian\"}")
                .post("/api/v1/firewalls/" + firewall + "/enrolment-line")
                .then()
                .statusCode(200)
                .extract()
                .path("line");
    }

    @Test
    void a_kind_that_is_not_configured_is_refused_and_no_token_is_made() throws Exception {
        long firewall = Api.firewall();
        administrator().get("/api/v1/rollout").then().body("kinds", contains("opnsense", "debian"));

        administrator()
                .body("{\"kind\": \"container\"}")
                .post("/api/v1/firewalls/" + firewall + "/enrolment-line")
                .then()
                .statusCode(409)
                .body("code", equalTo("no_release"))
                .body(
                        "detail",
                        equalTo(
                                "wanted all that a line for container needs, found no opnmanager.release.image"));

        assertThat(audited("firewall:" + firewall)).doesNotContain("firewall.enrolment-token");
    }

    private java.util.List<String> audited(String subject) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT action FROM audit WHERE subject = :subject")
                        .bind("subject", subject)
                        .mapTo(String.class)
                        .list());
    }
}
