package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.operator;
import static io.opnmanager.tunnel.broker.identity.Console.page;
import static io.opnmanager.tunnel.broker.identity.Console.signIn;
import static io.opnmanager.tunnel.broker.identity.Console.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(SignInLimitsTest.ShortLimits.class)
class SignInLimitsTest {

    private static final Duration IDLE = Duration.ofSeconds(6);
    private static final Duration LIFETIME = Duration.ofSeconds(12);

    /** Limits that a test can wait for. */
    public static final class ShortLimits implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "opnmanager.sign-in.idle", "6s",
                    "opnmanager.sign-in.lifetime", "12s",
                    "opnmanager.sign-in.per-operator", "2",
                    "opnmanager.sign-in.failures-per-address", "4",
                    "opnmanager.sign-in.tokens-per-operator", "2");
        }
    }

    @Inject Jdbi jdbi;
    @Inject SignIns signIns;

    @Test
    void one_that_nobody_uses_is_over_and_asking_who_it_is_is_no_use() throws Exception {
        String name = operator("operator");
        Instant begun = Instant.now();
        String cookie = signIn(name);
        while (status(cookie) == 200) {
            assertThat(begun.plus(IDLE).plusSeconds(20)).isAfter(Instant.now());
            Thread.sleep(100);
        }
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(IDLE.minusMillis(500));
        page(cookie)
                .get("/api/v1/tokens")
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
    }

    @Test
    void one_that_is_used_goes_on_until_its_lifetime_is_over() throws Exception {
        String name = operator("operator");
        Instant begun = Instant.now();
        String cookie = signIn(name);
        while (page(cookie).get("/api/v1/tokens").statusCode() == 200) {
            assertThat(begun.plus(LIFETIME).plusSeconds(20)).isAfter(Instant.now());
            Thread.sleep(200);
        }
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(LIFETIME.minusMillis(500));
    }

    @Test
    void a_third_one_of_an_operator_ends_the_oldest() throws Exception {
        String name = operator("operator");
        String first = signIn(name);
        String second = signIn(name);
        assertThat(status(first)).isEqualTo(200);
        String third = signIn(name);
        assertThat(status(first)).isEqualTo(401);
        assertThat(status(second)).isEqualTo(200);
        assertThat(status(third)).isEqualTo(200);
    }

    @Test
    void a_third_token_of_an_operator_is_refused_until_one_is_revoked() throws Exception {
        String name = operator("operator");
        for (int i = 0; i < 2; i++) {
            basic(name, PASSWORD)
                    .body("{\"name\": \"" + Api.name("token") + "\"}")
                    .post("/api/v1/tokens")
                    .then()
                    .statusCode(201);
        }
        basic(name, PASSWORD)
                .body("{\"name\": \"third\"}")
                .post("/api/v1/tokens")
                .then()
                .statusCode(409)
                .body("code", equalTo("token_limit"));
        int id = basic(name, PASSWORD).get("/api/v1/tokens").path("items[0].id");
        basic(name, PASSWORD).delete("/api/v1/tokens/" + id).then().statusCode(204);
        basic(name, PASSWORD)
                .body("{\"name\": \"third\"}")
                .post("/api/v1/tokens")
                .then()
                .statusCode(201);
    }

    @Test
    void wrong_credentials_of_one_address_have_to_wait_whatever_they_are() throws Exception {
        String name = operator("operator");
        basic(name, PASSWORD).get(SIGN_IN).then().statusCode(200);
        String body = "{\"name\": \"%s\", \"password\": \"%s\"}";
        assertThat(post(body.formatted(Api.name("x"), "wrong"))).startsWith("HTTP/1.1 401");
        assertThat(post(body.formatted(Api.name("x"), "wrong"))).startsWith("HTTP/1.1 401");
        assertThat(get("Bearer opo_unknown")).startsWith("HTTP/1.1 401");
        assertThat(get("Basic eDp5")).startsWith("HTTP/1.1 401");
        for (String answer :
                List.of(
                        post(body.formatted(Api.name("x"), "wrong")),
                        get("Bearer opo_unknown"),
                        get("Basic eDp5"))) {
            assertThat(answer)
                    .startsWith("HTTP/1.1 429")
                    .containsIgnoringCase("\r\nretry-after: ")
                    .contains("\"code\":\"too_many_requests\"");
        }
        assertThat(post(body.formatted(name, PASSWORD)))
                .as("who showed the right one a moment ago is not locked out")
                .startsWith("HTTP/1.1 201");
        basic(operator("viewer"), PASSWORD).get(SIGN_IN).then().statusCode(200);
    }

    private static String post(String body) throws IOException {
        return RawHttp.send("127.0.0.7", "POST", SIGN_IN, List.of("Host: x"), body);
    }

    private static String get(String credential) throws IOException {
        return RawHttp.send(
                "127.0.0.7",
                "GET",
                SIGN_IN,
                List.of("Host: x", "Authorization: " + credential),
                "");
    }

    @Test
    void rows_that_are_over_are_swept_away() throws Exception {
        String name = operator("operator");
        String over = signIn(name);
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE sign_in SET expires_at = UTC_TIMESTAMP(6) WHERE operator = ?",
                        name));
        String idle = signIn(name);
        Thread.sleep(IDLE.plusMillis(100).toMillis());
        String live = signIn(name);
        signIns.sweep();
        assertThat(status(over)).isEqualTo(401);
        assertThat(status(idle)).isEqualTo(401);
        assertThat(status(live)).isEqualTo(200);
        int rows =
                jdbi.withHandle(handle ->
                        handle.createQuery("SELECT COUNT(*) FROM sign_in WHERE operator = :name")
                                .bind("name", name)
                                .mapTo(Integer.class)
                                .one());
        assertThat(rows).isEqualTo(1);
    }

    @Test
    void use_is_written_down_now_and_then_and_not_at_each_call() throws Exception {
        String name = operator("operator");
        String cookie = signIn(name);
        // A clock of its own: these calls may take as long as they do.
        String before = usedAt(name, IDLE);
        for (int i = 0; i < 5; i++) {
            page(cookie).get("/api/v1/tokens").then().statusCode(200);
        }
        assertThat(used(name)).isEqualTo(before);

        String another = operator("operator");
        String fresh = signIn(another);
        String old = usedAt(another, IDLE.dividedBy(10).plusMillis(100).negated());
        page(fresh).get(SIGN_IN).then().statusCode(200);
        assertThat(used(another)).isEqualTo(old);
        // What was remembered of it has its time first.
        await().untilAsserted(() -> {
            page(fresh).get("/api/v1/tokens").then().statusCode(200);
            assertThat(used(another)).isGreaterThan(old);
        });
    }

    /** Writes that it was used so long from now. */
    private String usedAt(String name, Duration fromNow) {
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE sign_in SET last_used_at = TIMESTAMPADD(MICROSECOND, ?, UTC_TIMESTAMP(6)) WHERE operator = ?",
                        fromNow.toMillis() * 1_000,
                        name));
        return used(name);
    }

    private String used(String name) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT last_used_at FROM sign_in WHERE operator = :name")
                        .bind("name", name)
                        .mapTo(String.class)
                        .one());
    }
}
