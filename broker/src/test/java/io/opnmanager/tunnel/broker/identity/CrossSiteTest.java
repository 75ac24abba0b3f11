package io.opnmanager.tunnel.broker.identity;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.identity.Console.PASSWORD;
import static io.opnmanager.tunnel.broker.identity.Console.SIGN_IN;
import static io.opnmanager.tunnel.broker.identity.Console.basic;
import static io.opnmanager.tunnel.broker.identity.Console.operator;
import static io.opnmanager.tunnel.broker.identity.Console.signIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may make a call with what a browser sends by itself: every sign × method × credential. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class CrossSiteTest {

    private static final Pattern STATUS = Pattern.compile("HTTP/1.1 ([0-9]{3})");
    private static final Pattern CODE = Pattern.compile("\"code\":\"([a-z_]+)\"");

    /** What a call is answered that was let through: each changes nothing. */
    private static final Map<String, String> LET_THROUGH =
            Map.of(
                    "POST /api/v1/tokens",
                    "400 invalid_field",
                    "PUT /api/v1/sign-in/password",
                    "400 invalid_field",
                    "DELETE /api/v1/tokens/0",
                    "404 token_unknown");

    private static final int KIND_LENGTH = "Authorization: B".length() + 1;
    private static final Map<String, String> KINDS =
            Map.of(
                    "Cookie: __Host-op", "cookie",
                    "Authorization: Ba", "password",
                    "Authorization: Be", "token");

    private enum Verdict {
        EVERYBODY,
        NOBODY,
        WITHOUT_COOKIE
    }

    private record Sign(String what, Verdict verdict, List<String> headers) {

        Sign(String what, Verdict verdict, String... headers) {
            this(what, verdict, List.of(headers));
        }
    }

    private static List<Sign> signs() {
        String own = "localhost:" + RestAssured.port;
        return List.of(
                new Sign("the console", Verdict.EVERYBODY, "Sec-Fetch-Site: same-origin"),
                new Sign("a session's host", Verdict.NOBODY, "Sec-Fetch-Site: same-site"),
                new Sign("another site", Verdict.NOBODY, "Sec-Fetch-Site: cross-site"),
                new Sign("the address bar", Verdict.NOBODY, "Sec-Fetch-Site: none"),
                new Sign("an unknown word", Verdict.NOBODY, "Sec-Fetch-Site: Same-Origin"),
                new Sign(
                        "two words",
                        Verdict.NOBODY,
                        "Sec-Fetch-Site: same-origin",
                        "Sec-Fetch-Site: cross-site"),
                new Sign("curl", Verdict.WITHOUT_COOKIE),
                new Sign("an older browser", Verdict.EVERYBODY, "Origin: http://" + own),
                new Sign(
                        "a proxy that changes Host",
                        Verdict.EVERYBODY,
                        "Sec-Fetch-Site: same-origin",
                        "Origin: https://console.example"),
                new Sign(
                        "another site with a right Origin",
                        Verdict.NOBODY,
                        "Sec-Fetch-Site: cross-site",
                        "Origin: http://" + own),
                new Sign("another port", Verdict.NOBODY, "Origin: http://localhost:1"),
                new Sign("no port", Verdict.NOBODY, "Origin: http://localhost"),
                new Sign("a sandbox", Verdict.NOBODY, "Origin: null"),
                new Sign("a host below", Verdict.NOBODY, "Origin: http://x." + own),
                new Sign("a longer host", Verdict.NOBODY, "Origin: http://" + own + ".example"),
                new Sign("a user's part", Verdict.NOBODY, "Origin: http://" + own + "@x.example"),
                new Sign("no scheme", Verdict.NOBODY, "Origin: " + own),
                new Sign("another scheme", Verdict.NOBODY, "Origin: file://" + own),
                new Sign("nonsense", Verdict.NOBODY, "Origin: http://[" + own),
                new Sign(
                        "two origins",
                        Verdict.NOBODY,
                        "Origin: http://" + own,
                        "Origin: http://" + own),
                new Sign(
                        "standard port behind a proxy",
                        Verdict.EVERYBODY,
                        "Host: console.example",
                        "Origin: https://console.example"),
                new Sign(
                        "standard port, said",
                        Verdict.EVERYBODY,
                        "Host: CONSOLE.example:443",
                        "Origin: https://console.example"),
                new Sign(
                        "another port behind a proxy",
                        Verdict.NOBODY,
                        "Host: console.example",
                        "Origin: https://console.example:8443"));
    }

    @TestFactory
    List<DynamicTest> a_change_is_taken_from_the_consoles_own_pages_only() throws Exception {
        String name = operator("operator");
        String cookie = "Cookie: " + SignInCookie.NAME + "=" + signIn(name);
        String basic =
                "Authorization: Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (name + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        String bearer =
                "Authorization: Bearer "
                        + basic(name, PASSWORD)
                                .body("{\"name\": \"script\"}")
                                .post("/api/v1/tokens")
                                .<String>path("token");
        List<DynamicTest> tests = new ArrayList<>();
        for (Sign sign : signs()) {
            LET_THROUGH.forEach((call, through) -> {
                boolean withCookie = sign.verdict() == Verdict.EVERYBODY;
                boolean withPassword = sign.verdict() != Verdict.NOBODY;
                String refused = "403 cross_site";
                tests.add(test(sign, call, cookie, withCookie ? through : refused));
                tests.add(test(sign, call, basic, withPassword ? through : refused));
                // No browser sends a token by itself. One may not revoke another.
                tests.add(
                        test(
                                sign,
                                call,
                                bearer,
                                call.startsWith("DELETE") ? "403 not_allowed" : through));
            });
        }
        return tests;
    }

    private static DynamicTest test(Sign sign, String call, String credential, String wanted) {
        return dynamicTest(
                "%s, %s, %s: %s"
                        .formatted(
                                sign.what(),
                                call,
                                KINDS.get(credential.substring(0, KIND_LENGTH)),
                                wanted),
                () -> assertThat(answer(sign, call, credential)).isEqualTo(wanted));
    }

    private static String answer(Sign sign, String call, String credential) throws IOException {
        List<String> headers = new ArrayList<>(sign.headers());
        if (headers.stream().noneMatch(header -> header.startsWith("Host:"))) {
            headers.add("Host: localhost:" + RestAssured.port);
        }
        headers.add(credential);
        String method = call.substring(0, call.indexOf(' '));
        String path = call.substring(call.indexOf(' ') + 1);
        String body = method.equals("DELETE") ? "" : "{}";
        return read(RawHttp.send(method, path, headers, body));
    }

    private static String read(String answer) {
        var status = STATUS.matcher(answer);
        var code = CODE.matcher(answer);
        assertThat(status.find()).as(answer).isTrue();
        return status.group(1) + (code.find() ? " " + code.group(1) : "");
    }

    @Test
    void reading_is_refused_only_when_the_browser_says_it_was_another_page() throws Exception {
        String cookie = "Cookie: " + SignInCookie.NAME + "=" + signIn(operator("operator"));
        String host = "Host: localhost:" + RestAssured.port;
        Map<List<String>, String> table =
                Map.of(
                        List.of(),
                        "200",
                        List.of("Sec-Fetch-Site: same-origin"),
                        "200",
                        List.of("Sec-Fetch-Site: none"),
                        "200",
                        List.of("Sec-Fetch-Site: same-site"),
                        "403 cross_site",
                        List.of("Sec-Fetch-Site: cross-site"),
                        "403 cross_site",
                        List.of("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"),
                        "200",
                        List.of("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"),
                        "403 cross_site");
        table.forEach((signs, wanted) -> {
            List<String> headers = new ArrayList<>(signs);
            headers.add(host);
            headers.add(cookie);
            try {
                assertThat(read(RawHttp.send("GET", SIGN_IN, headers, "")))
                        .as("%s", signs)
                        .isEqualTo(wanted);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void nobody_is_signed_in_by_another_page() throws Exception {
        String name = operator("operator");
        String body = "{\"name\":\"%s\",\"password\":\"%s\"}".formatted(name, PASSWORD);
        String host = "Host: localhost:" + RestAssured.port;
        for (String sign :
                List.of(
                        "Sec-Fetch-Site: same-site",
                        "Sec-Fetch-Site: cross-site",
                        "Origin: http://x.localhost:" + RestAssured.port)) {
            String answer = RawHttp.send("POST", SIGN_IN, List.of(host, sign), body);
            assertThat(read(answer)).as(sign).isEqualTo("403 cross_site");
            assertThat(answer).doesNotContainIgnoringCase("set-cookie");
        }
        assertThat(read(RawHttp.send("POST", SIGN_IN, List.of(host), body))).isEqualTo("201");
    }

    @Test
    void a_refusal_is_in_the_audit() throws Exception {
        String cookie = "Cookie: " + SignInCookie.NAME + "=" + signIn(operator("operator"));
        // From another address, because of one that causes many only some are written.
        RawHttp.send(
                "127.0.0.9",
                "DELETE",
                "/api/v1/tokens/424242",
                List.of("Host: x", "Sec-Fetch-Site: same-site", cookie),
                "");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        administrator()
                                .get("/api/v1/audit?actor=unknown&size=50")
                                .then()
                                .body(
                                        "items.find { it.address == '127.0.0.9' }.result",
                                        equalTo("cross_site"))
                                .body(
                                        "items.find { it.address == '127.0.0.9' }.detail",
                                        equalTo("DELETE /api/v1/tokens/424242")));
    }
}
