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
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SecondFactorTest {

    private static final String FACTOR = SIGN_IN + "/second-factor";

    @Inject Jdbi jdbi;

    @Test
    void a_password_alone_does_not_suffice_from_the_first_code_on() throws Exception {
        String name = operator("operator");
        String here = signIn(name);
        String elsewhere = signIn(name);

        // Asked for, and not shown to work: nothing has changed.
        Authenticator.asked(here).then().header("Cache-Control", "no-store");
        trySignIn(name, PASSWORD, null).then().statusCode(201);
        page(here).get(SIGN_IN).then().body("second_factor", equalTo(false));

        Authenticator phone = Authenticator.of(here);
        page(here).get(SIGN_IN).then().body("second_factor", equalTo(true));
        assertThat(status(elsewhere)).as("begun without a code").isEqualTo(401);
        Response refused = trySignIn(name, PASSWORD, null);
        refused.then().statusCode(401).body("code", equalTo("second_factor_required"));
        assertThat(refused.getHeader("Set-Cookie")).isNull();
        trySignIn(name, "wrong", phone.code(0))
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        trySignIn(name, PASSWORD, phone.wrongCode())
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        trySignIn(name, PASSWORD, phone.code(0))
                .then()
                .statusCode(201)
                .body("second_factor", equalTo(true));
    }

    @Test
    void a_code_is_good_for_one_time_and_so_is_none_before_it() throws Exception {
        String name = operator("operator");
        Authenticator phone = Authenticator.of(signIn(name));
        trySignIn(name, PASSWORD, phone.code(-1))
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        trySignIn(name, PASSWORD, phone.code(1)).then().statusCode(201);
        for (int step = -1; step <= 1; step++) {
            trySignIn(name, PASSWORD, phone.code(step))
                    .then()
                    .statusCode(401)
                    .body("code", equalTo("not_authenticated"));
        }
    }

    @Test
    void a_code_of_a_clock_that_is_two_steps_off_is_refused() throws Exception {
        String name = operator("operator");
        Authenticator phone = Authenticator.of(signIn(name));
        for (int step : new int[] {-2, 3}) {
            trySignIn(name, PASSWORD, phone.code(step))
                    .then()
                    .statusCode(401)
                    .body("code", equalTo("not_authenticated"));
        }
        trySignIn(name, PASSWORD, phone.code(1)).then().statusCode(201);
    }

    @Test
    void of_many_who_show_the_same_code_at_once_one_is_signed_in() throws Exception {
        String name = operator("operator");
        Authenticator phone = Authenticator.of(signIn(name));
        String code = phone.code(0);
        Callable<Integer> attempt = () -> trySignIn(name, PASSWORD, code).statusCode();
        List<Future<Integer>> answers;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers = threads.invokeAll(List.of(attempt, attempt, attempt, attempt));
        }
        assertThat(answers.stream().map(Future::resultNow).filter(status -> status == 201).count())
                .isEqualTo(1);
    }

    @Test
    void a_recovery_code_works_once_however_it_is_typed() throws Exception {
        String name = operator("operator");
        Authenticator phone = Authenticator.of(signIn(name));
        assertThat(phone.recoveryCodes)
                .hasSize(10)
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("([a-z2-7]{4}-){3}[a-z2-7]{4}"));
        String first = phone.recoveryCodes.getFirst();
        trySignIn(name, PASSWORD, first).then().statusCode(201);
        trySignIn(name, PASSWORD, first)
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        String typed = phone.recoveryCodes.get(1).replace("-", " ").toUpperCase(Locale.ROOT);
        trySignIn(name, PASSWORD, typed).then().statusCode(201);

        String other = operator("operator");
        Authenticator.of(signIn(other));
        trySignIn(other, PASSWORD, phone.recoveryCodes.get(2))
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        administrator()
                .get("/api/v1/audit?actor=operator:" + name)
                .then()
                .body("items.detail", hasItems("9 are left", "8 are left"));
    }

    @Test
    void basic_authentication_is_refused_even_when_memory_knew_it_and_tokens_go_on()
            throws Exception {
        String name = operator("operator");
        basic(name, PASSWORD).get(SIGN_IN).then().statusCode(200);
        String token =
                basic(name, PASSWORD)
                        .body("{\"name\": \"script\"}")
                        .post("/api/v1/tokens")
                        .path("token");
        Authenticator.of(signIn(name));
        basic(name, PASSWORD)
                .get(SIGN_IN)
                .then()
                .statusCode(401)
                .body("code", equalTo("second_factor_required"));
        basic(name, "wrong")
                .get(SIGN_IN)
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
        bearer(token).get(SIGN_IN).then().statusCode(200);
    }

    @Test
    void wrong_codes_have_to_wait_and_then_the_right_one_too() throws Exception {
        String name = operator("operator");
        Authenticator phone = Authenticator.of(signIn(name));
        for (int i = 0; i < 5; i++) {
            trySignIn(name, PASSWORD, phone.wrongCode()).then().statusCode(401);
        }
        Response answer = trySignIn(name, PASSWORD, phone.code(0));
        answer.then().statusCode(429).body("code", equalTo("too_many_requests"));
        assertThat(Integer.parseInt(answer.getHeader("Retry-After"))).isBetween(200, 300);
        assertThat(trySignIn(operator("operator"), PASSWORD, null).statusCode())
                .as("others are not held up")
                .isEqualTo(201);
    }

    @Test
    void wrong_codes_at_the_activation_count_as_well() throws Exception {
        String cookie = signIn(operator("operator"));
        Authenticator.asked(cookie);
        for (int i = 0; i < 5; i++) {
            page(cookie)
                    .body("{\"code\": \"12345\"}")
                    .put(FACTOR)
                    .then()
                    .statusCode(403)
                    .body("code", equalTo("wrong_code"));
        }
        page(cookie)
                .body("{\"code\": \"12345\"}")
                .put(FACTOR)
                .then()
                .statusCode(429)
                .body("code", equalTo("too_many_requests"));
        assertThat(status(cookie)).isEqualTo(200);
    }

    @Test
    void a_secret_is_shown_only_to_who_knows_the_password_and_waits_ten_minutes() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        page(cookie)
                .body("{\"password\": \"wrong\"}")
                .post(FACTOR)
                .then()
                .statusCode(403)
                .body("code", equalTo("wrong_password"));
        page(cookie)
                .body("{\"code\": \"123456\"}")
                .put(FACTOR)
                .then()
                .statusCode(409)
                .body("code", equalTo("no_second_factor"));
        Authenticator.asked(cookie);
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE operator SET second_factor_waiting_until = UTC_TIMESTAMP(6) WHERE name = ?",
                        name));
        page(cookie)
                .body("{\"code\": \"123456\"}")
                .put(FACTOR)
                .then()
                .statusCode(409)
                .body("code", equalTo("no_second_factor"));
    }

    @Test
    void the_database_holds_no_secret_in_clear_and_the_key_is_in_a_private_file() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        String shown = Authenticator.asked(cookie).path("secret");
        byte[] waiting = column("second_factor_waiting", name);
        byte[] plain = new org.apache.commons.codec.binary.Base32().decode(shown);
        assertThat(waiting).hasSize(1 + 12 + 20 + 16);
        assertThat(hex(waiting)).doesNotContain(hex(plain));

        Authenticator.of(cookie);
        assertThat(column("second_factor", name)).hasSize(1 + 12 + 20 + 16);
        assertThat(column("second_factor_waiting", name)).isNull();
        var file = TestDatabase.STATE.resolve("second-factor-key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_second_one_is_refused_and_the_own_one_removed_with_password_and_code() throws Exception {
        String name = operator("operator");
        String here = signIn(name);
        Authenticator phone = Authenticator.of(here);
        page(here)
                .body("{\"password\": \"" + PASSWORD + "\"}")
                .post(FACTOR)
                .then()
                .statusCode(409)
                .body("code", equalTo("second_factor_exists"));
        removal(here, "wrong", phone.code(0))
                .then()
                .statusCode(403)
                .body("code", equalTo("wrong_password"));
        removal(here, PASSWORD, phone.wrongCode())
                .then()
                .statusCode(403)
                .body("code", equalTo("wrong_code"));
        String elsewhere = Console.cookie(trySignIn(name, PASSWORD, phone.code(0)));
        removal(here, PASSWORD, phone.code(0))
                .then()
                .statusCode(403)
                .body("code", equalTo("wrong_code"));

        removal(here, PASSWORD, phone.code(1)).then().statusCode(204);
        assertThat(status(here)).isEqualTo(200);
        assertThat(status(elsewhere)).isEqualTo(401);
        trySignIn(name, PASSWORD, null)
                .then()
                .statusCode(201)
                .body("second_factor", equalTo(false));
        removal(here, PASSWORD, phone.recoveryCodes.getFirst())
                .then()
                .statusCode(409)
                .body("code", equalTo("no_second_factor"));
    }

    @Test
    void an_administrator_removes_the_one_of_another_whose_sign_ins_end() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        Authenticator phone = Authenticator.of(cookie);
        administrator()
                .get("/api/v1/operators")
                .then()
                .body(
                        "items.find { it.name == '%s' }.second_factor".formatted(name),
                        equalTo(true));
        administrator()
                .delete("/api/v1/operators/" + name + "/second-factor")
                .then()
                .statusCode(204);
        assertThat(status(cookie)).isEqualTo(401);
        trySignIn(name, PASSWORD, null).then().statusCode(201);
        trySignIn(name, PASSWORD, phone.recoveryCodes.getFirst())
                .then()
                .statusCode(201)
                .body("second_factor", equalTo(false));
        administrator()
                .delete("/api/v1/operators/" + name + "/second-factor")
                .then()
                .statusCode(409)
                .body("code", equalTo("no_second_factor"));
        administrator()
                .delete("/api/v1/operators/administrator/second-factor")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
        administrator()
                .delete("/api/v1/operators/nobody-here/second-factor")
                .then()
                .statusCode(404)
                .body("code", equalTo("operator_unknown"));
    }

    @Test
    void what_this_node_cannot_decrypt_is_said_and_a_recovery_code_still_works() throws Exception {
        String name = operator("operator");
        Authenticator phone = Authenticator.of(signIn(name));
        // As if it had been encrypted for somebody else, or under another key.
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE operator SET second_factor = CONCAT(LEFT(second_factor, 13), REVERSE(SUBSTRING(second_factor, 14))) WHERE name = ?",
                        name));
        trySignIn(name, PASSWORD, phone.code(0))
                .then()
                .statusCode(503)
                .body("code", equalTo("second_factor_unavailable"));
        trySignIn(name, PASSWORD, phone.recoveryCodes.getFirst()).then().statusCode(201);
    }

    private static Response removal(String cookie, String password, String code) {
        return page(cookie)
                .body("{\"password\": \"%s\", \"code\": \"%s\"}".formatted(password, code))
                .post(FACTOR + "/removal");
    }

    private byte[] column(String column, String name) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT " + column + " FROM operator WHERE name = :name")
                        .bind("name", name)
                        .map((row, context) -> row.getBytes(1))
                        .one());
    }

    private static String hex(byte[] bytes) {
        return java.util.HexFormat.of().formatHex(bytes);
    }
}
