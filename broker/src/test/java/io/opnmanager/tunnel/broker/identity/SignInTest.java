package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.Api.stranger;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SignInTest {

    private static final String PASSWORD = "pässword: with colon";

    @Test
    void the_first_administrators_password_is_in_a_file_for_this_user_alone() throws Exception {
        Path file = TestDatabase.STATE.resolve("initial-administrator");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).matches("name=administrator\npassword=[a-z2-9-]{24}\n");
        administrator().get("/api/v1/operators").then().statusCode(200);
    }

    @Test
    void nobody_is_told_how_to_sign_in() {
        Response answer = stranger().get("/api/v1/firewalls");
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.<String>path("code")).isEqualTo("not_authenticated");
        assertThat(answer.headers().getValues("WWW-Authenticate"))
                .containsExactly(
                        "Basic realm=\"OPNManager Tunnel\", charset=\"UTF-8\"",
                        "Bearer realm=\"OPNManager Tunnel\"");
    }

    @Test
    void an_operator_signs_in_by_password_and_by_token() throws Exception {
        String name = operator("operator");
        assertThat(basic(name, PASSWORD).get("/api/test/whoami").asString())
                .isEqualTo("\"operator:%1$s operator:%1$s 127.0.0.1\"".formatted(name));
        String token = token(name);
        assertThat(bearer(token).get("/api/test/whoami").asString())
                .isEqualTo("\"operator:%1$s operator:%1$s 127.0.0.1\"".formatted(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Bearer opa_unknown",
                "Bearer xyz",
                "Basic",
                "Basic !!!",
                "Basic bm9jb2xvbg==",
                "Digest username=x",
                "opa_unknown",
            })
    void another_header_is_refused(String header) {
        given().header("Authorization", header)
                .get("/api/test/whoami")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("code", equalTo("not_authenticated"));
    }

    @Test
    void an_unknown_operator_token_is_refused() {
        bearer("opo_unknown")
                .get("/api/test/whoami")
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
    }

    @Test
    void two_headers_are_refused_even_when_one_is_right() throws Exception {
        String token = token(operator("operator"));
        given().header("Authorization", "Bearer " + token)
                .header("Authorization", "Bearer opa_other")
                .get("/api/test/whoami")
                .then()
                .statusCode(401);
    }

    @Test
    void wrong_passwords_are_counted_and_then_wait_while_the_known_right_one_still_works()
            throws Exception {
        String name = operator("operator");
        basic(name, PASSWORD).get("/api/test/whoami").then().statusCode(200);
        Response answer = basic(name, "wrong").get("/api/test/whoami");
        assertThat(answer.<String>path("code")).isEqualTo("not_authenticated");
        for (int i = 0; i < 15 && answer.statusCode() == 401; i++) {
            answer = basic(name, "wrong").get("/api/test/whoami");
        }
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
        assertThat(answer.<String>path("code")).isEqualTo("too_many_requests");
        assertThat(Integer.parseInt(answer.header("Retry-After"))).isBetween(1, 6);
        basic(name, PASSWORD).get("/api/test/whoami").then().statusCode(200);
    }

    @Test
    void an_operator_may_see_firewalls_and_change_nothing() throws Exception {
        String name = operator("operator");
        long firewall = Api.firewall();
        basic(name, PASSWORD).get("/api/v1/firewalls/" + firewall).then().statusCode(200);
        for (String path : new String[] {"/enrolment-token", "/agent-token"}) {
            basic(name, PASSWORD)
                    .post("/api/v1/firewalls/" + firewall + path)
                    .then()
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .body("code", equalTo("not_allowed"));
        }
        basic(name, PASSWORD).get("/api/v1/operators").then().statusCode(403);
        basic(name, PASSWORD).get("/api/v1/audit").then().statusCode(403);
    }

    @Test
    void an_agent_may_not_use_the_operator_api_and_an_operator_not_the_agents() throws Exception {
        bearer(Api.enrolled(Api.firewall()))
                .get("/api/v1/firewalls")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        administrator()
                .body("{\"firewall_id\": 1}")
                .post("/api/test/checkin")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
    }

    @Test
    void a_revoked_token_is_refused_at_once() throws Exception {
        String name = operator("operator");
        String token = token(name);
        bearer(token).get("/api/test/whoami").then().statusCode(200);
        int id = bearer(token).get("/api/v1/tokens").path("items[0].id");
        basic(name, PASSWORD).delete("/api/v1/tokens/" + id).then().statusCode(204);
        bearer(token).get("/api/test/whoami").then().statusCode(401);
    }

    @Test
    void a_token_is_listed_without_its_secret_and_only_to_its_owner() throws Exception {
        String name = operator("operator");
        String token = token(name);
        assertThat(token).matches("opo_[A-Za-z0-9_-]{43}");
        Response list = basic(name, PASSWORD).get("/api/v1/tokens");
        assertThat(list.asString()).contains("console").doesNotContain("opo_");
        assertThat(administrator().get("/api/v1/tokens").asString()).doesNotContain("console");
        int id = list.path("items[0].id");
        administrator()
                .delete("/api/v1/tokens/" + id)
                .then()
                .statusCode(404)
                .body("code", equalTo("token_unknown"));
        basic(name, PASSWORD)
                .body("{\"name\": \"console\"}")
                .post("/api/v1/tokens")
                .then()
                .statusCode(409)
                .body("code", equalTo("token_exists"));
    }

    @Test
    void a_removed_operator_is_refused_at_once_by_password_and_token() throws Exception {
        String name = operator("operator");
        String token = token(name);
        basic(name, PASSWORD).get("/api/test/whoami").then().statusCode(200);
        bearer(token).get("/api/test/whoami").then().statusCode(200);

        administrator().delete("/api/v1/operators/" + name).then().statusCode(204);

        basic(name, PASSWORD).get("/api/test/whoami").then().statusCode(401);
        bearer(token).get("/api/test/whoami").then().statusCode(401);
        administrator()
                .delete("/api/v1/operators/" + name)
                .then()
                .statusCode(404)
                .body("code", equalTo("operator_unknown"));
    }

    @Test
    void a_name_is_given_once() throws Exception {
        String name = operator("administrator");
        administrator()
                .body(body(name, "operator"))
                .post("/api/v1/operators")
                .then()
                .statusCode(409)
                .body("code", equalTo("operator_exists"));
        administrator().delete("/api/v1/operators/" + name).then().statusCode(204);
    }

    private static String operator(String role) throws Exception {
        String name = Api.name("op");
        administrator()
                .body(body(name, role))
                .post("/api/v1/operators")
                .then()
                .statusCode(201)
                .body("name", equalTo(name))
                .body("role", equalTo(role));
        return name;
    }

    private static String body(String name, String role) {
        return "{\"name\": \"%s\", \"password\": \"%s\", \"role\": \"%s\"}"
                .formatted(name, PASSWORD, role);
    }

    private static String token(String name) {
        return basic(name, PASSWORD)
                .body("{\"name\": \"console\"}")
                .post("/api/v1/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }

    /** In UTF-8, which the client would not do by itself. */
    private static RequestSpecification basic(String name, String password) {
        String pair =
                java.util.Base64.getEncoder()
                        .encodeToString(
                                (name + ":" + password)
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return stranger().header("Authorization", "Basic " + pair);
    }
}
