package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.Api.stranger;
import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.cookie;
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
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ConsoleSignInTest {

    @Inject Jdbi jdbi;

    @Test
    void signing_in_sets_a_cookie_for_this_host_alone_and_keeps_its_hash_only() throws Exception {
        String name = operator("operator", ", \"tags\": [\"berlin\", \"paris\"]");
        Response answer = trySignIn(name, PASSWORD, null);
        answer.then()
                .statusCode(201)
                .header("Cache-Control", "no-store")
                .body("operator", equalTo(name))
                .body("role", equalTo("operator"))
                .body("tags", contains("berlin", "paris"))
                .body("second_factor", equalTo(false))
                .body("method", equalTo("password"));
        assertThat(answer.getHeader("Set-Cookie"))
                .matches(
                        "__Host-opnmanager-sign-in=ops_[A-Za-z0-9_-]{43}; Path=/; Secure; HttpOnly; SameSite=Strict");
        String cookie = cookie(answer);
        assertThat(answer.asString()).doesNotContain(cookie);

        assertThat(page(cookie).get("/api/test/whoami").asString())
                .isEqualTo("\"operator:%1$s operator:%1$s 127.0.0.1\"".formatted(name));
        byte[] kept =
                jdbi.withHandle(handle ->
                        handle.createQuery("SELECT cookie_hash FROM sign_in WHERE operator = :name")
                                .bind("name", name)
                                .mapTo(byte[].class)
                                .one());
        assertThat(kept).isEqualTo(Secrets.hash(cookie));
    }

    @Test
    void who_is_signed_in_is_told_with_the_limits_of_the_sign_in() throws Exception {
        String name = operator("viewer");
        Response answer = page(signIn(name)).get(SIGN_IN);
        answer.then()
                .statusCode(200)
                .header("Cache-Control", "no-store")
                .body("operator", equalTo(name))
                .body("role", equalTo("viewer"))
                .body("tags", empty());
        Instant now = Instant.now();
        assertThat(Instant.parse(answer.path("expires_at")))
                .isBetween(now.plus(Duration.ofMinutes(719)), now.plus(Duration.ofMinutes(721)));
        assertThat(Instant.parse(answer.path("idle_expires_at")))
                .isBetween(now.plus(Duration.ofMinutes(29)), now.plus(Duration.ofMinutes(31)));

        basic(name, PASSWORD)
                .get(SIGN_IN)
                .then()
                .statusCode(200)
                .body("method", equalTo("password"))
                .body("expires_at", nullValue())
                .body("idle_expires_at", nullValue());
    }

    @Test
    void nobody_is_signed_in_without_a_credential_and_everybody_may_ask_how() {
        stranger().get(SIGN_IN).then().statusCode(401).body("code", equalTo("not_authenticated"));
        stranger()
                .get(SIGN_IN + "/methods")
                .then()
                .statusCode(200)
                .body("password", equalTo(true))
                .body("openid", equalTo(false))
                .body("certificate", equalTo(false));
    }

    @Test
    void what_is_not_set_up_begins_no_sign_in() {
        page().get(SIGN_IN + "/openid").then().statusCode(404).body("code", equalTo("not_found"));
        page().post(SIGN_IN + "/certificate")
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"))
                .body("detail", equalTo("wanted a TLS client certificate, found none"));
    }

    @Test
    void a_page_is_not_told_of_basic_authentication_or_the_browser_would_ask() {
        assertThat(page().get(SIGN_IN).headers().getValues("WWW-Authenticate"))
                .containsExactly("Bearer realm=\"OPNManager Tunnel\"");
        assertThat(stranger().get(SIGN_IN).headers().getValues("WWW-Authenticate")).hasSize(2);
    }

    @Test
    void a_cookie_that_was_planted_before_is_worth_nothing_after() throws Exception {
        String name = operator("operator");
        String planted = SignInCookie.newValue();
        String own =
                cookie(
                        page(planted)
                                .body(
                                        "{\"name\": \"%s\", \"password\": \"%s\"}"
                                                .formatted(name, PASSWORD))
                                .post(SIGN_IN));
        assertThat(own).isNotEqualTo(planted);
        assertThat(status(planted)).isEqualTo(401);
        assertThat(status(own)).isEqualTo(200);
    }

    @Test
    void signing_in_again_ends_the_sign_in_that_the_browser_had_whoever_it_was() throws Exception {
        String attacker = signIn(operator("operator"));
        assertThat(status(attacker)).isEqualTo(200);
        String name = operator("operator");
        String own =
                cookie(
                        page(attacker)
                                .body(
                                        "{\"name\": \"%s\", \"password\": \"%s\"}"
                                                .formatted(name, PASSWORD))
                                .post(SIGN_IN));
        assertThat(status(attacker)).isEqualTo(401);
        page(own).get(SIGN_IN).then().body("operator", equalTo(name));
    }

    @Test
    void signing_out_ends_this_sign_in_at_once_and_expires_the_cookie() throws Exception {
        String name = operator("operator");
        String here = signIn(name);
        String elsewhere = signIn(name);
        assertThat(status(here)).isEqualTo(200);
        Response answer = page(here).delete(SIGN_IN);
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.getHeader("Set-Cookie"))
                .isEqualTo(
                        "__Host-opnmanager-sign-in=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
        page(here).get(SIGN_IN).then().statusCode(401).body("code", equalTo("not_authenticated"));
        assertThat(status(elsewhere)).isEqualTo(200);
    }

    @Test
    void signing_out_everywhere_ends_all_sign_ins_but_no_token_and_nobody_elses() throws Exception {
        String name = operator("operator");
        String here = signIn(name);
        String elsewhere = signIn(name);
        String other = signIn(operator("operator"));
        String token =
                page(here)
                        .body("{\"name\": \"script\"}")
                        .post("/api/v1/tokens")
                        .then()
                        .statusCode(201)
                        .extract()
                        .path("token");
        assertThat(status(elsewhere)).isEqualTo(200);

        page(here).delete(SIGN_IN + "/all").then().statusCode(204);

        assertThat(status(here)).isEqualTo(401);
        assertThat(status(elsewhere)).isEqualTo(401);
        assertThat(status(other)).isEqualTo(200);
        bearer(token).get(SIGN_IN).then().statusCode(200).body("method", equalTo("token"));
    }

    @Test
    void a_sign_in_that_another_node_ended_is_dead_here_within_seconds() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        assertThat(status(cookie)).isEqualTo(200);
        jdbi.useTransaction(handle -> {
            SignIns.endAllBut(handle, name, null);
            OperatorRights.count(handle);
        });
        org.awaitility.Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> status(cookie) == 401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "__Host-opnmanager-sign-in",
                "__Host-opnmanager-sign-in=",
                "__Host-opnmanager-sign-in=ops_short",
                "__Host-opnmanager-sign-in=%s; __Host-opnmanager-sign-in=%s",
                "__Host-opnmanager-sign-in=%s; __Host-opnmanager-sign-in=",
                "__Host-opnmanager-sign-in=\"%s\"",
            })
    void malformed_and_double_cookies_are_refused(String header) throws Exception {
        String cookie = signIn(operator("operator"));
        page().header("Cookie", header.replace("%s", cookie))
                .get(SIGN_IN)
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("code", equalTo("not_authenticated"));
    }

    @Test
    void two_cookie_headers_with_a_sign_in_each_are_refused() throws Exception {
        String first = signIn(operator("operator"));
        String second = signIn(operator("operator"));
        page(first)
                .header("Cookie", SignInCookie.NAME + "=" + second)
                .get(SIGN_IN)
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
    }

    @Test
    void a_cookie_beside_an_authorization_header_is_refused() throws Exception {
        String name = operator("operator");
        basic(name, PASSWORD)
                .header("Cookie", SignInCookie.NAME + "=" + signIn(name))
                .header("Sec-Fetch-Site", "same-origin")
                .get(SIGN_IN)
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"name\": \"ada\"}",
                "{\"password\": \"x\"}",
                "{\"name\": null, \"password\": null}",
                "{\"name\": {}, \"password\": \"secretsecret\"}",
                "{\"name\": \"ada\", \"password\": \"x\", \"code\": [1]}",
            })
    void a_bad_body_is_refused_and_never_shown(String body) {
        Response answer = page().body(body).post(SIGN_IN);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.<String>path("code")).isIn("invalid_field", "malformed_json");
        assertThat(answer.asString()).doesNotContain("secretsecret");
        assertThat(answer.getHeader("Set-Cookie")).isNull();
    }

    @Test
    void wrong_passwords_and_unknown_names_are_answered_alike() throws Exception {
        String name = operator("operator");
        String wrong = trySignIn(name, "wrong", null).then().statusCode(401).extract().asString();
        String unknown =
                trySignIn("nobody-here", "wrong", null)
                        .then()
                        .statusCode(401)
                        .body("code", equalTo("not_authenticated"))
                        .extract()
                        .asString();
        assertThat(wrong).isEqualTo(unknown);
    }

    @Test
    void wrong_passwords_have_to_wait_at_the_console_too() throws Exception {
        String name = operator("operator");
        Response answer = trySignIn(name, "wrong", null);
        for (int i = 0; i < 15 && answer.statusCode() == 401; i++) {
            answer = trySignIn(name, "wrong", null);
        }
        answer.then().statusCode(429).body("code", equalTo("too_many_requests"));
        assertThat(Integer.parseInt(answer.getHeader("Retry-After"))).isBetween(1, 6);
        trySignIn(name, PASSWORD, null).then().statusCode(429);
    }

    @Test
    void a_password_is_changed_with_the_current_one_and_other_sign_ins_end() throws Exception {
        String name = operator("viewer");
        String here = signIn(name);
        String elsewhere = signIn(name);
        page(here)
                .body("{\"current\": \"wrong\", \"password\": \"another long one\"}")
                .put(SIGN_IN + "/password")
                .then()
                .statusCode(403)
                .body("code", equalTo("wrong_password"));
        page(here)
                .body("{\"current\": \"%s\", \"password\": \"too short\"}".formatted(PASSWORD))
                .put(SIGN_IN + "/password")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
        page(here)
                .body(
                        "{\"current\": \"%s\", \"password\": \"another long one\"}"
                                .formatted(PASSWORD))
                .put(SIGN_IN + "/password")
                .then()
                .statusCode(204);

        assertThat(status(here)).isEqualTo(200);
        assertThat(status(elsewhere)).isEqualTo(401);
        trySignIn(name, PASSWORD, null).then().statusCode(401);
        basic(name, PASSWORD).get(SIGN_IN).then().statusCode(401);
        trySignIn(name, "another long one", null).then().statusCode(201);
    }

    @Test
    void a_token_may_ask_who_it_is_and_do_nothing_else_with_sign_ins() throws Exception {
        String name = operator("administrator");
        String token =
                basic(name, PASSWORD)
                        .body("{\"name\": \"script\"}")
                        .post("/api/v1/tokens")
                        .path("token");
        bearer(token)
                .get(SIGN_IN)
                .then()
                .statusCode(200)
                .body("method", equalTo("token"))
                .body("expires_at", notNullValue());
        bearer(token)
                .delete(SIGN_IN + "/all")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        bearer(token)
                .body(
                        "{\"current\": \"%s\", \"password\": \"another long one\"}"
                                .formatted(PASSWORD))
                .put(SIGN_IN + "/password")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        administrator().delete("/api/v1/operators/" + name).then().statusCode(204);
    }

    @Test
    void what_is_done_with_sign_ins_is_in_the_audit() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        page(cookie).delete(SIGN_IN).then().statusCode(204);
        signIn(name);
        page(signIn(name)).delete(SIGN_IN + "/all").then().statusCode(204);
        administrator()
                .get("/api/v1/audit?size=10&actor=operator:" + name)
                .then()
                .statusCode(200)
                .body(
                        "items.action",
                        contains(
                                "sign-in.end-all",
                                "sign-in.begin",
                                "sign-in.begin",
                                "sign-in.end",
                                "sign-in.begin"))
                .body("items.result", not(hasItem("wrong")))
                .body("items.address", hasItem("127.0.0.1"));
    }
}
