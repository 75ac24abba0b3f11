package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.restassured.RestAssured.given;

import io.opnmanager.tunnel.broker.Api;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Does what the console's pages do. */
final class Console {

    static final String PASSWORD = "correct horse battery";
    static final String SIGN_IN = "/api/v1/sign-in";

    private Console() {}

    /** Makes an operator and says the name. */
    static String operator(String role) throws IOException {
        return operator(role, "");
    }

    /** Makes an operator with more fields, each after a comma, and says the name. */
    static String operator(String role, String more) throws IOException {
        String name = Api.name("op");
        administrator()
                .body(
                        "{\"name\": \"%s\", \"password\": \"%s\", \"role\": \"%s\"%s}"
                                .formatted(name, PASSWORD, role, more))
                .post("/api/v1/operators")
                .then()
                .statusCode(201);
        return name;
    }

    /** A call of a page of the console that is signed in. */
    static RequestSpecification page(String cookie) {
        return page().header("Cookie", SignInCookie.NAME + "=" + cookie);
    }

    /** A call of a page of the console that is not signed in. */
    static RequestSpecification page() {
        return given().header("Sec-Fetch-Site", "same-origin").contentType(ContentType.JSON);
    }

    /** Tries to sign in. */
    static Response trySignIn(String name, String password, @Nullable String code) {
        return page().body(
                        code == null
                                ? "{\"name\": \"%s\", \"password\": \"%s\"}"
                                        .formatted(name, password)
                                : "{\"name\": \"%s\", \"password\": \"%s\", \"code\": \"%s\"}"
                                        .formatted(name, password, code))
                .post(SIGN_IN);
    }

    /** Signs in and says the cookie. */
    static String signIn(String name) {
        return cookie(trySignIn(name, PASSWORD, null));
    }

    /** The cookie that an answer sets. */
    static String cookie(Response answer) {
        answer.then().statusCode(201);
        String header = answer.getHeader("Set-Cookie");
        return header.substring(header.indexOf('=') + 1, header.indexOf(';'));
    }

    /** Basic authentication, as curl does it. */
    static RequestSpecification basic(String name, String password) {
        String pair =
                Base64.getEncoder()
                        .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8));
        return given().header("Authorization", "Basic " + pair).contentType(ContentType.JSON);
    }

    static int status(String cookie) {
        return page(cookie).get(SIGN_IN).statusCode();
    }
}
