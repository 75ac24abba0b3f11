package io.opnmanager.tunnel.broker;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** Calls of the API that many tests make. */
public final class Api {

    /** Of nobody: no private part of it was kept. */
    public static final String SSH_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    private Api() {}

    /** The first administrator, whose password the application left in its file. */
    public static RequestSpecification administrator() throws IOException {
        List<String> lines =
                Files.readAllLines(TestDatabase.STATE.resolve("initial-administrator"));
        return given().auth()
                .preemptive()
                .basic(
                        lines.get(0).substring("name=".length()),
                        lines.get(1).substring("password=".length()))
                .contentType(ContentType.JSON);
    }

    /** Whoever holds a token. */
    public static RequestSpecification bearer(String token) {
        return given().header("Authorization", "Bearer " + token).contentType(ContentType.JSON);
    }

    /** Nobody. */
    public static RequestSpecification stranger() {
        return given().contentType(ContentType.JSON);
    }

    /** A name that no other test uses. */
    public static String name(String prefix) {
        return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    /** Makes a firewall with tags and says its number. */
    public static long firewall(String... tags) throws IOException {
        return administrator()
                .body("{\"name\": \"%s\", \"tags\": [%s]}".formatted(name("box"), quoted(tags)))
                .post("/api/v1/firewalls")
                .then()
                .statusCode(201)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /** Puts other tags on a firewall. */
    public static void tag(long firewall, String... tags) throws IOException {
        administrator()
                .body("{\"name\": \"%s\", \"tags\": [%s]}".formatted(name("box"), quoted(tags)))
                .put("/api/v1/firewalls/" + firewall)
                .then()
                .statusCode(200);
    }

    private static String quoted(String... words) {
        return Arrays.stream(words).map(word -> '"' + word + '"').collect(Collectors.joining(", "));
    }

    /** Makes an enrolment token. */
    public static String enrolmentToken(long firewall) throws IOException {
        return administrator()
                .post("/api/v1/firewalls/" + firewall + "/enrolment-token")
                .then()
                .statusCode(200)
                .extract()
                .path("enrolment_token");
    }

    /** The body of an enrolment. */
    public static String ask(String token, String sshKey) {
        return """
        {"enrolment_token": "%s", "hostname": "box.example", "agent_version": "1.0", "platform": "FreeBSD 14 amd64",
         "ssh_public_key": "%s"}\
        """
                .formatted(token, sshKey);
    }

    /** Enrols a firewall and says its agent token. */
    public static String enrolled(long firewall) throws IOException {
        return stranger()
                .body(ask(enrolmentToken(firewall), SSH_KEY))
                .post("/api/test/enroll")
                .then()
                .statusCode(200)
                .extract()
                .path("agent_token");
    }
}
