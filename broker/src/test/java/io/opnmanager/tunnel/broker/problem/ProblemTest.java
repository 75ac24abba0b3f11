package io.opnmanager.tunnel.broker.problem;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.Api.stranger;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ProblemTest {

    private static final String FIREWALLS = "/api/v1/firewalls";

    @Test
    void a_problem_has_all_parts_of_rfc_9457_and_a_code() throws Exception {
        administrator()
                .get(FIREWALLS + "/999999")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("about:blank"))
                .body("title", equalTo("Not Found"))
                .body("status", equalTo(404))
                .body("code", equalTo("firewall_unknown"))
                .body("detail", equalTo("there is no firewall 999999"))
                .body("violations", nullValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{                                       | at line 1, column",
                "{\"name\": \"a\" \"tags\": []}          | at line 1, column",
                "{\"name\": secret}                      | at line 1, column",
                "{\"name\": \"a\", \"name\": \"secret\"} | at line 1, column",
                "{\"name\": \"a\"} secret                | at line 1, column",
                "<name>secret</name>                     | at line 1, column",
            })
    void what_is_no_json_is_refused_with_its_place_and_never_its_content(String body, String place)
            throws Exception {
        post(body)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("malformed_json"))
                .body("detail", containsString(place))
                .body("detail", not(containsString("secret")));
    }

    @Test
    void nesting_has_a_bound() throws Exception {
        post("{\"other\": " + "[".repeat(2_000) + "]".repeat(2_000) + "}")
                .then()
                .statusCode(400)
                .body("code", equalTo("malformed_json"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\": 21}                          | name    | wanted text",
                "{\"name\": true}                        | name    | wanted text",
                "{\"name\": [\"secret\"]}                | name    | wanted text",
                "{\"name\": {\"a\": 1}}                  | name    | wanted text",
                "{\"name\": \"a\", \"tags\": \"secret\"} | tags    | wanted a list",
                "{\"name\": \"a\", \"tags\": [{}]}       | tags[0] | wanted text",
                "[]                                      | body    | wanted an object",
                "\"secret\"                              | body    | wanted an object",
                "21                                      | body    | wanted an object",
                "null                                    | body    | must not be null",
                "''                                      | body    | must not be null",
                "{}                                      | name    | must not be blank",
                "{\"name\": null}                        | name    | must not be blank",
                "{\"name\": \" \"}                       | name    | must not be blank",
            })
    void a_field_of_the_wrong_type_is_named_with_what_was_wanted(
            String body, String field, String detail) throws Exception {
        post(body)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_field"))
                .body("violations.field", contains(field))
                .body("violations.detail", contains(detail))
                .body("detail", not(containsString("secret")));
    }

    @Test
    void every_bound_that_was_broken_is_named() throws Exception {
        post("{\"name\": \"%s\", \"tags\": [\"ok\", \"not ok\"]}".formatted("a".repeat(101)))
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"))
                .body("violations.field", containsInAnyOrder("name", "tags[1]"));
    }

    @Test
    void fields_are_named_as_on_the_wire() throws Exception {
        stranger()
                .body("{\"hostname\": \"a\", \"agent_version\": \"1\", \"platform\": \"p\"}")
                .post("/api/test/enroll")
                .then()
                .statusCode(400)
                .body("violations.field", containsInAnyOrder("enrolment_token", "ssh_public_key"));
        bearer(Api.enrolled(Api.firewall()))
                .body("{\"firewall_id\": 1, \"tunnels\": [{\"tunnel_pid\": 4}]}")
                .post("/api/test/checkin")
                .then()
                .statusCode(400)
                .body("violations.field", contains("tunnels[0].request_id"));
    }

    @Test
    void an_unknown_word_is_answered_with_the_known_ones() throws Exception {
        administrator()
                .body("{\"name\": \"x\", \"password\": \"long enough to do\", \"role\": \"king\"}")
                .post("/api/v1/operators")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"))
                .body("violations.field", contains("role"))
                .body(
                        "violations.detail",
                        contains("wanted one of administrator, operator, viewer"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.5",
                "1.0",
                "true",
                "\"x\"",
                "\"\"",
                "\"1.5\"",
                "99999999999999999999",
                "[1]"
            })
    void a_number_is_a_whole_number(String found) throws Exception {
        checkin("{\"firewall_id\": " + found + "}")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("invalid_field"))
                .body("violations.field", contains("firewall_id"))
                .body("violations.detail", contains("wanted a whole number that is not too large"));
    }

    @Test
    void a_number_may_be_a_string_of_digits_and_unknown_fields_are_ignored() throws Exception {
        checkin("{\"firewall_id\": \"21\", \"something\": {\"new\": []}}").then().statusCode(200);
    }

    @Test
    void what_is_not_there_is_not_found_below_and_beside_the_api() throws Exception {
        for (String path :
                new String[] {"/api/v1/nothing", "/nothing", "/api", "/api/v1/firewalls/word"}) {
            administrator()
                    .get(path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("code", equalTo("not_found"));
        }
    }

    @Test
    void another_method_is_not_allowed() throws Exception {
        administrator()
                .delete(FIREWALLS)
                .then()
                .statusCode(405)
                .contentType("application/problem+json")
                .body("code", equalTo("method_not_allowed"));
    }

    @Test
    void another_kind_of_answer_or_body_is_refused() throws Exception {
        administrator()
                .accept("text/csv")
                .get(FIREWALLS)
                .then()
                .statusCode(406)
                .contentType("application/problem+json")
                .body("code", equalTo("not_acceptable"));
        administrator()
                .contentType(ContentType.XML)
                .body("<a/>")
                .post(FIREWALLS)
                .then()
                .statusCode(415)
                .contentType("application/problem+json")
                .body("code", equalTo("unsupported_media_type"));
    }

    @Test
    void a_fault_is_answered_with_a_number_and_nothing_of_its_message() {
        stranger()
                .get("/api/test/fault")
                .then()
                .statusCode(500)
                .contentType("application/problem+json")
                .body("code", equalTo("internal"))
                .body("detail", matchesPattern(".* incident [0-9a-f-]{36}"))
                .body("detail", not(containsString("hunter2")));
    }

    @Test
    void a_method_that_says_nothing_of_its_callers_is_for_nobody() throws Exception {
        administrator()
                .get("/api/test/unannotated")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/audit;x=1",
                "/api/v1;/audit",
                "/api//v1/audit",
                "/api/v1/%61udit",
                "/api/v1/audit%3B",
                "/api/v1%2Faudit",
                "/api/test/../v1/audit",
                "/api/test/%2e%2e/v1/audit",
                "/api/v1/audit/",
                "/API/v1/audit",
            })
    void no_spelling_of_a_path_opens_it_to_strangers(String path) {
        Response answer = stranger().urlEncodingEnabled(false).get(path);
        assertThat(answer.statusCode()).isIn(401, 404);
        assertThat(answer.contentType()).isEqualTo("application/problem+json");
    }

    private static Response post(String body) throws Exception {
        return administrator().body(body).post(FIREWALLS);
    }

    private static Response checkin(String body) throws Exception {
        return bearer(Api.enrolled(Api.firewall())).body(body).post("/api/test/checkin");
    }
}
