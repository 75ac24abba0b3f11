package io.opnmanager.tunnel.broker;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An operator of a test, who calls with a token.
 *
 * @param name unique
 * @param token of the operator
 */
public record Person(String name, String token) {

    private static final String PASSWORD = "correct horse battery";

    /** Makes one who may reach the firewalls with one of these tags; without any tag all. */
    public static Person with(String role, String... tags) throws IOException {
        String name = Api.name(role);
        administrator()
                .body(
                        "{\"name\": \"%s\", \"password\": \"%s\", \"role\": \"%s\", \"tags\": [%s]}"
                                .formatted(name, PASSWORD, role, quoted(tags)))
                .post("/api/v1/operators")
                .then()
                .statusCode(201);
        return new Person(name, token(name));
    }

    private static String token(String name, String... tags) {
        return given().auth()
                .preemptive()
                .basic(name, PASSWORD)
                .contentType(ContentType.JSON)
                .body(
                        "{\"name\": \"%s\", \"tags\": [%s]}"
                                .formatted(Api.name("token"), quoted(tags)))
                .post("/api/v1/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }

    /** A call of this operator. */
    public RequestSpecification call() {
        return Api.bearer(token);
    }

    /** Another token of this operator, which may reach less. */
    public Person narrowed(String... tags) {
        return new Person(name, token(name, tags));
    }

    /** Asks for a tunnel and says the number of the request. */
    public long open(long firewall) {
        return call().body("{\"firewall_id\": " + firewall + "}")
                .post("/api/v1/requests")
                .then()
                .statusCode(202)
                .extract()
                .jsonPath()
                .getLong("id");
    }

    /** Gives this operator another role and other tags. */
    public void becomes(String role, String... tags) throws IOException {
        administrator()
                .body("{\"role\": \"%s\", \"tags\": [%s]}".formatted(role, quoted(tags)))
                .put("/api/v1/operators/" + name)
                .then()
                .statusCode(200);
    }

    private static String quoted(String... words) {
        return Arrays.stream(words).map(word -> '"' + word + '"').collect(Collectors.joining(", "));
    }
}
