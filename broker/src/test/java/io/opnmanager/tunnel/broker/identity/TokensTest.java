package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.operator;
import static io.opnmanager.tunnel.broker.identity.Console.page;
import static io.opnmanager.tunnel.broker.identity.Console.signIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.contract.operator.Role;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class TokensTest {

    @Inject Jdbi jdbi;
    @Inject KnownOperators known;

    @Test
    void a_narrower_role_is_all_that_a_token_has() throws Exception {
        String name = operator("administrator");
        String token = token(name, "\"role\": \"viewer\"");
        bearer(token).get(SIGN_IN).then().body("role", equalTo("viewer"));
        bearer(token)
                .get("/api/v1/operators")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        basic(name, PASSWORD).get("/api/v1/operators").then().statusCode(200);
        administrator().delete("/api/v1/operators/" + name).then().statusCode(204);
    }

    @Test
    void an_administrators_token_within_tags_manages_no_operators() throws Exception {
        String name = operator("administrator");
        String token = token(name, "\"tags\": [\"berlin\"]");
        bearer(token)
                .get("/api/v1/operators")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        bearer(token)
                .body(
                        "{\"name\": \"evil\", \"password\": \"0123456789ab\", \"role\": \"administrator\"}")
                .post("/api/v1/operators")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        bearer(token(name, "\"role\": \"administrator\""))
                .get("/api/v1/operators")
                .then()
                .statusCode(200);
        administrator().delete("/api/v1/operators/" + name).then().statusCode(204);
    }

    @Test
    void a_tokens_tags_narrow_its_operators_reach_and_never_widen_it() throws Exception {
        String name = operator("operator", ", \"tags\": [\"berlin\"]");
        String token = token(name, "\"tags\": [\"paris\"]");
        bearer(token).get(SIGN_IN).then().body("tags", contains("paris"));
        Reach reach = admitted(token).operator().reach();
        assertThat(reach.includes(Set.of("berlin", "paris"))).isTrue();
        assertThat(reach.includes(Set.of("berlin"))).isFalse();
        assertThat(reach.includes(Set.of("paris"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"operator, administrator", "viewer, administrator", "viewer, operator"})
    void more_than_the_operator_may_do_is_refused(String role, String asked) throws Exception {
        basic(operator(role), PASSWORD)
                .body("{\"name\": \"script\", \"role\": \"%s\"}".formatted(asked))
                .post("/api/v1/tokens")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"))
                .body("detail", containsString("role: wanted at most " + role));
    }

    @Test
    void a_token_follows_its_operator_down_and_not_back_beyond_its_own_role() throws Exception {
        String name = operator("administrator");
        String open = token(name, "\"lifetime\": 3600");
        String narrow = token(name, "\"role\": \"operator\"");
        assertThat(admitted(narrow).operator().role()).isEqualTo(Role.OPERATOR);
        change(name, "viewer");
        assertThat(admitted(open).operator().role()).isEqualTo(Role.VIEWER);
        assertThat(admitted(narrow).operator().role()).isEqualTo(Role.VIEWER);
        change(name, "administrator");
        assertThat(admitted(open).operator().role()).isEqualTo(Role.ADMINISTRATOR);
        assertThat(admitted(narrow).operator().role()).isEqualTo(Role.OPERATOR);
        administrator().delete("/api/v1/operators/" + name).then().statusCode(204);
    }

    @Test
    void a_token_makes_no_others_and_revokes_itself_only() throws Exception {
        String name = operator("operator");
        String token = token(name, "\"role\": \"viewer\"");
        token(name, "\"role\": \"operator\"");
        bearer(token)
                .body("{\"name\": \"child\"}")
                .post("/api/v1/tokens")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        Response list = bearer(token).get("/api/v1/tokens");
        int own = list.path("items.find { it.role == 'viewer' }.id");
        int other = list.path("items.find { it.role == 'operator' }.id");
        bearer(token)
                .delete("/api/v1/tokens/" + other)
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        bearer(token).delete("/api/v1/tokens/" + own).then().statusCode(204);
        bearer(token).get(SIGN_IN).then().statusCode(401);
    }

    @Test
    void a_token_is_shown_once_stored_as_a_hash_and_its_last_use_is_told() throws Exception {
        String name = operator("viewer");
        String cookie = signIn(name);
        Response made =
                page(cookie)
                        .body("{\"name\": \"script\", \"tags\": [\"berlin\", \"berlin\"]}")
                        .post("/api/v1/tokens");
        made.then()
                .statusCode(201)
                .body("role", equalTo("viewer"))
                .body("tags", contains("berlin"))
                .body("last_used_at", nullValue());
        String token = made.path("token");
        byte[] kept =
                jdbi.withHandle(handle ->
                        handle.createQuery(
                                        "SELECT token_hash FROM operator_token WHERE operator = :name")
                                .bind("name", name)
                                .mapTo(byte[].class)
                                .one());
        assertThat(kept).isEqualTo(Secrets.hash(token));
        bearer(token).get(SIGN_IN).then().statusCode(200);
        page(cookie)
                .get("/api/v1/tokens")
                .then()
                .body("items[0].token", nullValue())
                .body("items[0].last_used_at", notNullValue());
    }

    @Test
    void a_token_that_is_over_is_refused_and_listed_no_more() throws Exception {
        String name = operator("operator");
        String token = token(name, "\"lifetime\": 60");
        bearer(token).get(SIGN_IN).then().statusCode(200);
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE operator_token SET expires_at = UTC_TIMESTAMP(6) WHERE operator = ?",
                        name));
        known.forget();
        bearer(token)
                .get(SIGN_IN)
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        basic(name, PASSWORD).get("/api/v1/tokens").then().body("items", empty());
    }

    @Test
    void an_administrator_revokes_all_tokens_of_another() throws Exception {
        String name = operator("operator");
        String token = token(name, "\"lifetime\": 60");
        bearer(token).get(SIGN_IN).then().statusCode(200);
        administrator().delete("/api/v1/operators/" + name + "/tokens").then().statusCode(204);
        bearer(token).get(SIGN_IN).then().statusCode(401);
        administrator()
                .delete("/api/v1/operators/nobody-here/tokens")
                .then()
                .statusCode(404)
                .body("code", equalTo("operator_unknown"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"name\": \"\"}",
                "{\"name\": \"a\", \"lifetime\": 59}",
                "{\"name\": \"a\", \"lifetime\": 31536001}",
                "{\"name\": \"a\", \"role\": \"root\"}",
                "{\"name\": \"a\", \"tags\": [\"two words\"]}",
                "{\"name\": \"a\", \"tags\": [null]}",
                "{\"name\": \"a\", \"tags\": \"berlin\"}",
            })
    void a_bad_body_is_refused(String body) throws Exception {
        administrator()
                .body(body)
                .post("/api/v1/tokens")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    private Admitted admitted(String token) {
        return Objects.requireNonNull(known.token(Secrets.hash(token)));
    }

    private static void change(String name, String role) throws Exception {
        administrator()
                .body("{\"role\": \"%s\"}".formatted(role))
                .put("/api/v1/operators/" + name)
                .then()
                .statusCode(200);
    }

    private static String token(String name, String more) {
        return basic(name, PASSWORD)
                .body(
                        "{\"name\": \"%s\", %s}"
                                .formatted(io.opnmanager.tunnel.broker.Api.name("token"), more))
                .post("/api/v1/tokens")
                .then()
                .statusCode(201)
                .extract()
                .path("token");
    }
}
