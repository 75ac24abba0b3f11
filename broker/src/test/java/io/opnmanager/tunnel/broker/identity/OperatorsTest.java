package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.operator;
import static io.opnmanager.tunnel.broker.identity.Console.page;
import static io.opnmanager.tunnel.broker.identity.Console.signIn;
import static io.opnmanager.tunnel.broker.identity.Console.status;
import static io.opnmanager.tunnel.broker.identity.Console.trySignIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.contract.operator.Role;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class OperatorsTest {

    private static final String OPERATORS = "/api/v1/operators/";

    @Inject Jdbi jdbi;
    @Inject OperatorRights rights;
    @Inject Heard heard;

    /** What other rooms are told. */
    @Singleton
    static class Heard {

        final List<OperatorChanged> changes = new CopyOnWriteArrayList<>();

        void changed(@Observes OperatorChanged change) {
            changes.add(change);
        }

        List<OperatorChanged> of(String name) {
            return changes.stream().filter(change -> change.name().equals(name)).toList();
        }
    }

    @Test
    void an_operator_is_listed_with_all_that_there_is() throws Exception {
        String certificate = Api.name("cn");
        String name =
                operator(
                        "viewer",
                        ", \"tags\": [\"berlin\", \"paris\"], \"certificate_names\": [\"%s b\", \"%s a\"]"
                                .formatted(certificate, certificate));
        String found = "items.find { it.name == '%s' }.".formatted(name);
        administrator()
                .get("/api/v1/operators")
                .then()
                .statusCode(200)
                .body(found + "role", equalTo("viewer"))
                .body(found + "tags", contains("berlin", "paris"))
                .body(found + "second_factor", equalTo(false))
                .body(found + "origin", equalTo("local"))
                .body(found + "certificate_names", contains(certificate + " a", certificate + " b"))
                .body(found + "created_at", notNullValue())
                .body(found + "last_sign_in_at", nullValue());
        signIn(name);
        administrator()
                .get("/api/v1/operators")
                .then()
                .body(found + "last_sign_in_at", notNullValue());
    }

    @Test
    void a_change_counts_at_once_for_every_credential_and_is_told_to_other_rooms()
            throws Exception {
        String name = operator("operator", ", \"tags\": [\"berlin\"]");
        String cookie = signIn(name);
        page(cookie).get(SIGN_IN).then().body("role", equalTo("operator"));
        String token =
                basic(name, PASSWORD)
                        .body("{\"name\": \"script\"}")
                        .post("/api/v1/tokens")
                        .path("token");
        bearer(token).get(SIGN_IN).then().body("role", equalTo("operator"));

        administrator()
                .body("{\"role\": \"viewer\", \"tags\": [\"paris\"]}")
                .put(OPERATORS + name)
                .then()
                .statusCode(200)
                .body("role", equalTo("viewer"))
                .body("tags", contains("paris"));

        Caller.Operator before =
                new Caller.Operator(name, Role.OPERATOR, Reach.ALL.within(Set.of("berlin")));
        Caller.Operator now =
                new Caller.Operator(name, Role.VIEWER, Reach.ALL.within(Set.of("paris")));
        assertThat(heard.of(name)).containsExactly(new OperatorChanged(before, now));
        assertThat(rights.of(name)).isEqualTo(now);
        for (var credential : List.of(page(cookie), bearer(token), basic(name, PASSWORD))) {
            credential
                    .get(SIGN_IN)
                    .then()
                    .statusCode(200)
                    .body("role", equalTo("viewer"))
                    .body("tags", contains("paris"));
        }
    }

    @Test
    void a_removed_operator_is_signed_out_at_once_and_other_rooms_are_told() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        assertThat(status(cookie)).isEqualTo(200);
        administrator().delete(OPERATORS + name).then().statusCode(204);
        assertThat(status(cookie)).isEqualTo(401);
        assertThat(heard.of(name))
                .containsExactly(
                        new OperatorChanged(
                                new Caller.Operator(name, Role.OPERATOR, Reach.ALL), null));
        assertThat(rights.of(name)).isNull();
    }

    @Test
    void what_another_node_changed_counts_here_within_seconds() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        page(cookie).get(SIGN_IN).then().body("tags", empty());
        jdbi.useTransaction(handle -> {
            handle.execute("UPDATE operator SET tags = 'rome' WHERE name = ?", name);
            OperatorRights.count(handle);
        });
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(heard.of(name)).hasSize(1));
        page(cookie).get(SIGN_IN).then().body("tags", contains("rome"));
        assertThat(rights.of(name))
                .isEqualTo(
                        new Caller.Operator(name, Role.OPERATOR, Reach.ALL.within(Set.of("rome"))));
    }

    @Test
    void a_password_that_an_administrator_gives_ends_the_sign_ins() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        basic(name, PASSWORD).get(SIGN_IN).then().statusCode(200);
        administrator()
                .body("{\"password\": \"another long one\"}")
                .put(OPERATORS + name + "/password")
                .then()
                .statusCode(204);
        assertThat(status(cookie)).isEqualTo(401);
        basic(name, PASSWORD).get(SIGN_IN).then().statusCode(401);
        trySignIn(name, "another long one", null).then().statusCode(201);
    }

    @Test
    void the_own_password_is_not_given_but_changed() throws Exception {
        administrator()
                .body("{\"password\": \"another long one\"}")
                .put(OPERATORS + "administrator/password")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        administrator()
                .body("{\"password\": \"another long one\"}")
                .put(OPERATORS + "nobody-here/password")
                .then()
                .statusCode(404)
                .body("code", equalTo("operator_unknown"));
    }

    @Test
    void an_administrator_ends_the_sign_ins_of_another() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        assertThat(status(cookie)).isEqualTo(200);
        administrator().delete(OPERATORS + name + "/sign-ins").then().statusCode(204);
        assertThat(status(cookie)).isEqualTo(401);
        trySignIn(name, PASSWORD, null).then().statusCode(201);
        administrator()
                .delete(OPERATORS + "nobody-here/sign-ins")
                .then()
                .statusCode(404)
                .body("code", equalTo("operator_unknown"));
    }

    /** With nobody else: whom other tests left behind is taken for others' for a moment. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"role\": \"operator\"}",
                "{\"role\": \"viewer\"}",
                "{\"role\": \"administrator\", \"tags\": [\"berlin\"]}",
            })
    void the_last_administrator_is_neither_demoted_nor_limited_nor_removed(String change)
            throws Exception {
        String last = operator("administrator");
        operator("administrator", ", \"tags\": [\"berlin\"]");
        String others =
                "UPDATE operator SET origin = ? WHERE origin = ? AND role = 'administrator' AND name <> ?";
        jdbi.useHandle(handle -> handle.execute(others, "openid", "local", last));
        try {
            for (var refused :
                    List.of(
                            basic(last, PASSWORD).body(change).put(OPERATORS + last),
                            basic(last, PASSWORD).delete(OPERATORS + last))) {
                refused.then().statusCode(409).body("code", equalTo("last_administrator"));
            }
        } finally {
            jdbi.useHandle(handle -> handle.execute(others, "local", "openid", last));
        }
        administrator().delete(OPERATORS + last).then().statusCode(204);
    }

    @Test
    void of_two_administrators_one_may_be_demoted() throws Exception {
        String name = operator("administrator");
        administrator()
                .body("{\"role\": \"operator\"}")
                .put(OPERATORS + name)
                .then()
                .statusCode(200)
                .body("role", equalTo("operator"));
        basic(name, PASSWORD).get("/api/v1/operators").then().statusCode(403);
    }

    @Test
    void an_administrator_within_tags_manages_nobody() throws Exception {
        String within = operator("administrator", ", \"tags\": [\"berlin\"]");
        basic(within, PASSWORD)
                .get("/api/v1/operators")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        basic(within, PASSWORD)
                .body("{\"role\": \"administrator\"}")
                .put(OPERATORS + within)
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        administrator().delete(OPERATORS + within).then().statusCode(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"operator", "viewer"})
    void others_manage_nobody(String role) throws Exception {
        String name = operator(role);
        String cookie = signIn(name);
        page(cookie)
                .body("{\"role\": \"administrator\"}")
                .put(OPERATORS + name)
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        page(cookie)
                .delete(OPERATORS + "administrator/tokens")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
    }

    @Test
    void a_name_in_certificates_is_of_one_operator_only() throws Exception {
        String certificate = Api.name("cn");
        String names = ", \"certificate_names\": [\"%s\"]".formatted(certificate);
        String first = operator("operator", names);
        administrator()
                .body(
                        "{\"name\": \"%s\", \"role\": \"operator\"%s}"
                                .formatted(Api.name("op"), names))
                .post("/api/v1/operators")
                .then()
                .statusCode(409)
                .body("code", equalTo("certificate_name_exists"));
        String second = operator("operator");
        administrator()
                .body("{\"role\": \"operator\"%s}".formatted(names))
                .put(OPERATORS + second)
                .then()
                .statusCode(409)
                .body("code", equalTo("certificate_name_exists"));
        administrator().delete(OPERATORS + first).then().statusCode(204);
        administrator()
                .body("{\"role\": \"operator\"%s}".formatted(names))
                .put(OPERATORS + second)
                .then()
                .statusCode(200)
                .body("certificate_names", contains(certificate));
    }

    @Test
    void an_operator_without_a_password_cannot_sign_in_by_one() throws Exception {
        String name = Api.name("op");
        administrator()
                .body("{\"name\": \"%s\", \"role\": \"operator\"}".formatted(name))
                .post("/api/v1/operators")
                .then()
                .statusCode(201);
        for (String password : new String[] {"", "null", PASSWORD}) {
            trySignIn(name, password, null)
                    .then()
                    .statusCode(401)
                    .body("code", equalTo("not_authenticated"));
            basic(name, password).get(SIGN_IN).then().statusCode(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"role\": \"root\"}",
                "{\"role\": null}",
                "{\"role\": \"viewer\", \"tags\": [\"a b\"]}",
                "{\"role\": \"viewer\", \"certificate_names\": [\" a\"]}",
                "{\"role\": \"viewer\", \"certificate_names\": [\"a\\nb\"]}",
                "{\"role\": \"viewer\", \"certificate_names\": [\"\"]}",
            })
    void a_bad_change_is_refused(String body) throws Exception {
        administrator()
                .body(body)
                .put(OPERATORS + operator("operator"))
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    @Test
    void a_change_of_nobody_is_refused_and_every_change_is_in_the_audit() throws Exception {
        administrator()
                .body("{\"role\": \"viewer\"}")
                .put(OPERATORS + "nobody-here")
                .then()
                .statusCode(404)
                .body("code", equalTo("operator_unknown"));
        String name = operator("operator");
        administrator()
                .body("{\"role\": \"viewer\", \"tags\": [\"berlin\"]}")
                .put(OPERATORS + name)
                .then()
                .statusCode(200);
        administrator()
                .body("{\"password\": \"another long one\"}")
                .put(OPERATORS + name + "/password")
                .then()
                .statusCode(204);
        administrator()
                .get("/api/v1/audit?subject=operator:" + name)
                .then()
                .body(
                        "items.action",
                        contains("password.reset", "operator.change", "operator.create"))
                .body("items.detail", hasItem("from operator to viewer within berlin"));
    }
}
