package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.identity.ScriptedProvider.claims;
import static io.opnmanager.tunnel.broker.identity.ScriptedProvider.idToken;
import static io.opnmanager.tunnel.broker.identity.ScriptedProvider.signed;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.identity.ScriptedProvider.Reply;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no real provider does: wrong tokens, strange answers, none at all. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@QuarkusTestResource(value = ScriptedProvider.class, restrictToAnnotatedClass = true)
@TestProfile(DeviceSignInTest.OfTheirOwn.class)
class DeviceSignInTest {

    private static final String DEVICE = "/api/v1/sign-in/device";
    private static final String CODE = "A".repeat(22) + ".theirs";
    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private static final String BEGUN =
            """
            {"device_code": "theirs", "user_code": "WDJB-MJHT", "verification_uri": "https://sso.example/device",
             "verification_uri_complete": "https://sso.example/device?code=WDJB-MJHT", "expires_in": 600, "interval": 7}
            """;

    /** An application of its own, in which every test comes from another address. */
    public static final class OfTheirOwn implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.http.proxy.proxy-address-forwarding",
                    "true",
                    "quarkus.http.proxy.allow-x-forwarded",
                    "true",
                    "opnmanager.sign-in.failures-per-address",
                    "4");
        }
    }

    @Inject Jdbi jdbi;

    private final String address = "198.51.100." + ADDRESSES.incrementAndGet();

    private RequestSpecification program() {
        return given().header("X-Forwarded-For", address).contentType(ContentType.JSON);
    }

    private ValidatableResponse begin() {
        return program().post(DEVICE).then();
    }

    private ValidatableResponse ask(String code) {
        return program().body("{\"device_code\": \"" + code + "\"}").post(DEVICE + "/token").then();
    }

    private boolean isOperator(String name) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT COUNT(*) > 0 FROM operator WHERE name = ?")
                        .bind(0, name)
                        .mapTo(Boolean.class)
                        .one());
    }

    @Test
    void it_is_offered() {
        given().get("/api/v1/sign-in/methods").then().body("device", equalTo(true));
    }

    @Test
    void what_the_provider_says_goes_to_the_program_and_the_code_is_bound_to_a_verifier()
            throws Exception {
        ScriptedProvider.device = new Reply(200, BEGUN);
        String code =
                begin().statusCode(201)
                        .header("Cache-Control", containsString("no-store"))
                        .body("user_code", equalTo("WDJB-MJHT"))
                        .body("verification_uri", equalTo("https://sso.example/device"))
                        .body(
                                "verification_uri_complete",
                                equalTo("https://sso.example/device?code=WDJB-MJHT"))
                        .body("interval", equalTo(7))
                        .body("expires_in", equalTo(600))
                        .extract()
                        .path("device_code");
        Map<String, String> asked = ScriptedProvider.askedForDevice;
        assertThat(asked)
                .containsOnlyKeys("scope", "code_challenge", "code_challenge_method")
                .containsEntry("scope", "openid profile email")
                .containsEntry("code_challenge_method", "S256");
        // RFC 6749 §2.3.1: both parts as in a form.
        assertThat(
                        new String(
                                Base64.getDecoder()
                                        .decode(
                                                ScriptedProvider.authorization.substring(
                                                        "Basic ".length())),
                                UTF_8))
                .isEqualTo("a+client:a+secret%3A+with+%25+and+%2B");

        ScriptedProvider.token = new Reply(400, "{\"error\": \"authorization_pending\"}");
        ask(code).statusCode(409).body("code", equalTo("sign_in_pending"));

        Map<String, String> shown = ScriptedProvider.askedForToken;
        assertThat(shown)
                .containsOnlyKeys("grant_type", "device_code", "code_verifier")
                .containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
                .containsEntry("device_code", "theirs");
        String verifier = String.valueOf(shown.get("code_verifier"));
        assertThat(verifier).hasSize(43);
        assertThat(code).doesNotContain(verifier);
        assertThat(asked.get("code_challenge"))
                .isEqualTo(
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(
                                        MessageDigest.getInstance("SHA-256")
                                                .digest(verifier.getBytes(US_ASCII))));
    }

    @Test
    void whoever_the_provider_vouches_for_is_signed_in() throws Exception {
        String name = Api.name("by-device");
        ScriptedProvider.token = idToken(signed(claims(name), ScriptedProvider.KEY));

        ask(CODE)
                .statusCode(201)
                .header("Set-Cookie", startsWith("__Host-opnmanager-sign-in=ops_"))
                .body("operator", equalTo(name))
                .body("role", equalTo("viewer"))
                .body("method", equalTo("openid"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "another key",
                "another audience",
                "another issuer",
                "over",
                "without an end",
                "no subject",
                "unsigned",
                "signed with our secret",
                "changed",
                "encrypted",
                "opaque",
                "none"
            })
    void a_token_that_is_not_right_signs_nobody_in(String what) throws Exception {
        String name = Api.name("forged");
        JwtClaims claims = claims(name);
        switch (what) {
            case "another audience" -> claims.setAudience("another client");
            case "another issuer" -> claims.setIssuer("http://127.0.0.1:1");
            case "over" ->
                    claims.setExpirationTime(
                            NumericDate.fromSeconds(NumericDate.now().getValue() - 60));
            case "without an end" -> claims.unsetClaim("exp");
            case "no subject" -> claims.unsetClaim("sub");
            default -> {}
        }
        String right = signed(claims, ScriptedProvider.KEY);
        String token =
                switch (what) {
                    case "another key" -> signed(claims, ScriptedProvider.key("theirs"));
                    case "unsigned" -> unsigned(claims);
                    case "signed with our secret" -> hmac(claims);
                    case "changed" ->
                            right.substring(0, right.indexOf('.') + 1)
                                    + Base64.getUrlEncoder()
                                            .withoutPadding()
                                            .encodeToString(
                                                    claims.toJson()
                                                            .replace("viewer", "administrator")
                                                            .getBytes(UTF_8))
                                    + right.substring(right.lastIndexOf('.'));
                    case "encrypted" -> "a.b.c.d.e";
                    case "opaque" -> "opaque";
                    case "none" -> "";
                    default -> right;
                };
        ScriptedProvider.token = idToken(token);

        ask(CODE)
                .statusCode(401)
                .header("Set-Cookie", nullValue())
                .body("code", equalTo("not_authenticated"))
                .body("detail", containsString("openid_failed"));
        assertThat(isOperator(name)).isFalse();
    }

    private static String unsigned(JwtClaims claims) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        signature.setPayload(claims.toJson());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        return signature.getCompactSerialization();
    }

    private static String hmac(JwtClaims claims) throws Exception {
        JsonWebSignature signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setDoKeyValidation(false);
        signature.setKey(new HmacKey(ScriptedProvider.SECRET.getBytes(UTF_8)));
        return signature.getCompactSerialization();
    }

    @ParameterizedTest
    @CsvSource({
        "authorization_pending, 409, sign_in_pending",
        "slow_down, 429, too_many_requests",
        "access_denied, 401, not_authenticated",
        "expired_token, 401, not_authenticated",
        "invalid_grant, 401, not_authenticated",
        "unauthorized_client, 404, not_found",
        "invalid_client, 503, openid_unavailable",
        "server_error, 503, openid_unavailable",
        "temporarily_unavailable, 503, openid_unavailable"
    })
    void a_no_of_the_provider_is_told_by_its_kind(String error, int status, String code) {
        ScriptedProvider.token = new Reply(400, "{\"error\": \"%s\"}".formatted(error));

        ask(CODE).statusCode(status).header("Set-Cookie", nullValue()).body("code", equalTo(code));
    }

    @Test
    void whoever_asks_too_often_is_told_how_long_to_wait() {
        ScriptedProvider.token = new Reply(400, "{\"error\": \"slow_down\"}");

        ask(CODE).statusCode(429).header("Retry-After", "10");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "a page", "a list", "a flood", "a fault", "silence"})
    void an_answer_that_is_none_ends_in_time(String what) {
        Reply reply = strange(what);
        ScriptedProvider.device = reply;
        ScriptedProvider.token = reply;
        long begin = System.nanoTime();

        begin().statusCode(503)
                .header("Retry-After", "5")
                .body("code", equalTo("openid_unavailable"));
        ask(CODE)
                .header("Set-Cookie", nullValue())
                .body(
                        "code",
                        equalTo(
                                reply.status() == 200 && !what.equals("a flood")
                                        ? "not_authenticated"
                                        : "openid_unavailable"));
        assertThat(System.nanoTime() - begin).isLessThan(15_000_000_000L);
    }

    private static Reply strange(String what) {
        return switch (what) {
            case "nothing" -> new Reply(200, "");
            case "a page" -> new Reply(200, "<html>");
            case "a list" -> new Reply(200, "[]");
            case "a flood" ->
                    new Reply(200, "{\"id_token\": \"%s\"}".formatted("a".repeat(10_000_000)));
            case "a fault" -> new Reply(500, "{}");
            case "silence" -> new Reply(0, "");
            default -> throw new IllegalArgumentException(what);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"WDJB-MJHT\"|\"\\u001b[2JWDJB\"",
                "\"https://sso.example/device\"|\"javascript:alert(1)\"",
                "\"https://sso.example/device\"|\"http://sso.example/device\"",
                "\"https://sso.example/device\"|\"https://sso.example/\\u202eecived\"",
                "\"https://sso.example/device\"|\"https://sso.example@evil.example\"",
                "\"theirs\"|\"\\r\\nx\"",
                "\"theirs\"|\"\"",
                "600|0"
            })
    void what_a_person_should_not_be_shown_is_not_passed_on(String right, String wrong) {
        ScriptedProvider.device =
                new Reply(200, BEGUN.replaceFirst(right, wrong.replace("\\", "\\\\")));

        begin().statusCode(503).body("code", equalTo("openid_unavailable"));
    }

    @Test
    void wrong_codes_are_borne_a_few_times() {
        ScriptedProvider.token = new Reply(400, "{\"error\": \"invalid_grant\"}");
        for (int i = 0; i < 3; i++) {
            ask(CODE).statusCode(401);
        }
        ask("garbage").statusCode(401);

        ask(CODE)
                .statusCode(429)
                .header("Retry-After", matchesPattern("[1-6]"))
                .body("code", equalTo("too_many_requests"));
    }

    @Test
    void a_code_that_the_broker_never_gave_out_is_not_asked_for() {
        ScriptedProvider.token = new Reply(400, "{\"error\": \"authorization_pending\"}");

        ask("theirs").statusCode(401).body("code", equalTo("not_authenticated"));
    }

    @Test
    void one_address_begins_only_so_many() {
        ScriptedProvider.device = new Reply(200, BEGUN);
        for (int i = 0; i < 20; i++) {
            begin().statusCode(201);
        }

        begin().statusCode(429)
                .header("Retry-After", matchesPattern("[1-6]"))
                .body("code", equalTo("too_many_requests"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/token"})
    void another_sites_page_cannot_sign_its_visitors_in(String path) {
        program()
                .header("Sec-Fetch-Site", "cross-site")
                .body("{\"device_code\": \"" + CODE + "\"}")
                .post(DEVICE + path)
                .then()
                .statusCode(403)
                .body("code", equalTo("cross_site"));
    }
}
