package io.opnmanager.tunnel.broker.console;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Headers;
import io.restassured.response.Response;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ConsoleTest {

    private static final Pattern BUNDLED = Pattern.compile("(?:src|href)=\"(/static/[^\"]+)\"");

    @ParameterizedTest
    @ValueSource(strings = {"/", "/firewalls/21", "/sessions", "/audit", "/connect", "/sign-in"})
    void a_page_can_be_opened_by_its_own_address_and_is_bound(String path) {
        Response page = given().get(path);

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.contentType()).isEqualTo("text/html; charset=utf-8");
        assertThat(page.asString())
                .contains("<opn-console>")
                .doesNotContain("<style", "style=", "<script>");
        Headers headers = page.headers();
        assertThat(headers.getValue("Cache-Control")).isEqualTo("no-store");
        assertThat(headers.getValue("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(headers.getValue("X-Frame-Options")).isEqualTo("DENY");
        assertThat(headers.getValue("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(headers.getValue("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(headers.getValue("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; ")
                .contains(
                        "frame-ancestors 'none'",
                        "base-uri 'none'",
                        "require-trusted-types-for 'script'")
                .doesNotContain("unsafe");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nothing",
                "/firewalls/x",
                "/sessions/",
                "/index.html",
                "/static/",
                "/static/bundle/",
                "/static/bundle/nothing.js",
                "/static/bundle/..%2f..%2fapplication.yaml",
                "/app/index.ts"
            })
    void any_other_address_is_nobodys(String path) {
        Response answer = given().urlEncodingEnabled(false).get(path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.asString()).doesNotContain("<opn-console>");
    }

    @Test
    void what_the_page_is_made_of_may_be_kept_for_ever() {
        Matcher bundled = BUNDLED.matcher(given().get("/").asString());
        int found = 0;
        while (bundled.find()) {
            Response file = given().header("Accept-Encoding", "gzip").get(bundled.group(1));
            assertThat(file.statusCode()).as(bundled.group(1)).isEqualTo(200);
            assertThat(file.header("Cache-Control"))
                    .isEqualTo("public, max-age=31536000, immutable");
            assertThat(file.header("Content-Encoding")).isEqualTo("gzip");
            assertThat(file.header("X-Content-Type-Options")).isEqualTo("nosniff");
            found++;
        }
        assertThat(found).as("script and style").isEqualTo(2);
    }

    @Test
    void answers_of_the_api_tell_the_time_for_countdowns() {
        assertThat(given().get("/api/v1/sign-in/methods").header("Date")).endsWith(" GMT");
    }

    @Test
    void a_page_takes_no_other_method() {
        assertThat(given().head("/sessions").statusCode()).isEqualTo(200);
        assertThat(given().post("/sessions").statusCode()).isEqualTo(404);
    }
}
