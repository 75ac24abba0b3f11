package io.opnmanager.tunnel.broker.audit;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The audit over HTTP: search, export, verify. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AuditTrailTest {

    private static final String AUDIT = "/api/v1/audit";

    @Inject Jdbi jdbi;
    @Inject Audit audit;

    @Test
    void entries_are_found_by_result_time_and_text() throws Exception {
        Caller node = new Caller.Node(Api.name("search"));
        audit.record(node, "one", "thing:1", Audit.DONE, "the Blue_one");
        audit.record(node, "two", "thing:2", "not_yours", "the green one");
        Instant between =
                jdbi.withHandle(handle ->
                        handle.createQuery("SELECT UTC_TIMESTAMP(6)").mapTo(Instant.class).one());
        audit.record(node, "three", "thing:3", Audit.DONE, "the blueXone");

        assertFound(node, List.of("three", "one"), "result", "done");
        assertFound(node, List.of("three"), "from", between.toString());
        assertFound(node, List.of("two", "one"), "until", between.toString());
        assertFound(node, List.of("three", "one"), "text", "BLUE");
        assertFound(node, List.of("one"), "text", "e_o");
        assertFound(node, List.of("two"), "text", "thing:2");
        assertFound(node, List.of(), "text", "%");
    }

    private static void assertFound(Caller node, List<String> actions, String name, String value)
            throws Exception {
        administrator()
                .queryParam("actor", node.actor())
                .queryParam(name, value)
                .get(AUDIT)
                .then()
                .statusCode(200)
                .body("items.action", equalTo(actions))
                .body("total", equalTo(actions.size()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/export"})
    void a_time_that_is_none_is_refused(String path) throws Exception {
        administrator()
                .queryParam("from", "yesterday")
                .get(AUDIT + path)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/export", "/verify"})
    void the_audit_is_for_administrators_of_all_firewalls(String path) throws Exception {
        List<Person> others =
                List.of(
                        Person.with("viewer"),
                        Person.with("operator"),
                        Person.with("administrator", "some"),
                        Person.with("administrator").narrowed("some"));
        for (Person other : others) {
            other.call()
                    .get(AUDIT + path)
                    .then()
                    .statusCode(403)
                    .body("code", equalTo("not_allowed"));
        }
        Person.with("administrator").call().get(AUDIT + path).then().statusCode(200);
    }

    @Test
    void an_export_is_oldest_first_and_runs_nothing_in_a_spreadsheet() throws Exception {
        Caller node = new Caller.Node(Api.name("csv"));
        for (String detail :
                new String[] {
                    "=1+1",
                    "+1",
                    "-1",
                    "@SUM(A1)",
                    "\tx",
                    "\rx",
                    "plain, with \"quotes\"\nand a line"
                }) {
            audit.record(node, "act", null, Audit.DONE, detail);
        }
        String csv =
                administrator()
                        .queryParam("actor", node.actor())
                        .get(AUDIT + "/export")
                        .then()
                        .statusCode(200)
                        .contentType(containsString("text/csv"))
                        .header("Content-Disposition", "attachment; filename=\"audit.csv\"")
                        .extract()
                        .asString();
        List<String> lines = List.of(csv.split("\r\n"));
        assertThat(lines.getFirst())
                .isEqualTo(
                        "\"id\",\"at\",\"actor\",\"action\",\"subject\",\"address\",\"result\",\"detail\"");
        assertThat(lines.subList(1, lines.size()))
                .extracting(line -> line.substring(line.lastIndexOf(",\"done\",") + 8))
                .containsExactly(
                        "\"'=1+1\"",
                        "\"'+1\"",
                        "\"'-1\"",
                        "\"'@SUM(A1)\"",
                        "\"'\tx\"",
                        "\"'\rx\"",
                        "\"plain, with \"\"quotes\"\"\nand a line\"");
        administrator()
                .queryParam("action", "audit.export")
                .get(AUDIT)
                .then()
                .body("items[0].detail", equalTo("csv actor=" + node.actor()));
    }

    @Test
    void an_export_as_json_is_one_array_of_what_a_search_finds() throws Exception {
        Caller node = new Caller.Node(Api.name("json"));
        audit.record(node, "one", "s:1", Audit.DONE, "=1");
        audit.record(node, "two", null, Audit.DONE, null);
        administrator()
                .queryParam("actor", node.actor())
                .queryParam("format", "json")
                .get(AUDIT + "/export")
                .then()
                .statusCode(200)
                .header("Content-Disposition", "attachment; filename=\"audit.json\"")
                .body("action", contains("one", "two"))
                .body("detail", contains("=1", null));
        administrator()
                .queryParam("actor", "node:nobody")
                .queryParam("format", "json")
                .get(AUDIT + "/export")
                .then()
                .body("size()", is(0));
        administrator()
                .queryParam("format", "xlsx")
                .get(AUDIT + "/export")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    /** Some 100 MB; the reader takes its time at the beginning, so that all of it would pile up. */
    @Test
    void an_export_of_many_entries_takes_no_memory_for_them() throws Exception {
        String actor = "node:" + Api.name("many");
        int entries = 200_000;
        jdbi.useTransaction(handle -> {
            var batch =
                    handle.prepareBatch(
                            """
                            INSERT INTO audit (at, actor, action, result, detail)
                            VALUES (UTC_TIMESTAMP(6), :actor, 'many', 'done', :detail)
                            """);
            for (int i = 1; i <= entries; i++) {
                batch.bind("actor", actor).bind("detail", "0123456789".repeat(45)).add();
                if (batch.size() == 5_000) {
                    batch.execute();
                }
            }
        });
        Person reader = Person.with("administrator");
        HttpResponse<InputStream> answer;
        try (var client = HttpClient.newHttpClient()) {
            long before = used();
            answer =
                    client.send(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://localhost:%d%s/export?format=json&actor=%s"
                                                            .formatted(
                                                                    RestAssured.port,
                                                                    AUDIT,
                                                                    actor)))
                                    .header("Authorization", "Bearer " + reader.token())
                                    .build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            assertThat(answer.statusCode()).isEqualTo(200);
            Thread.sleep(3_000);
            assertThat(used() - before).as("bytes held for a slow reader").isLessThan(40_000_000);

            int count = 0;
            long last = 0;
            try (var parser = new ObjectMapper().createParser(answer.body())) {
                parser.nextToken();
                while (parser.nextToken() == com.fasterxml.jackson.core.JsonToken.START_OBJECT) {
                    JsonNode entry = parser.readValueAsTree();
                    assertThat(entry.path("id").asLong()).isGreaterThan(last);
                    last = entry.path("id").asLong();
                    count++;
                }
            }
            assertThat(count).isEqualTo(entries);
            assertThat(used() - before).as("bytes held after it").isLessThan(40_000_000);
        }
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void what_the_broker_writes_is_sealed_within_seconds_and_verifies() throws Exception {
        long before =
                administrator()
                        .get(AUDIT + "/verify")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath()
                        .getLong("sealed");
        Api.firewall();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        administrator()
                                .get(AUDIT + "/verify")
                                .then()
                                .body("intact", is(true))
                                .body("head", matchesPattern("[0-9a-f]{64}"))
                                .body("unsealed", is(0)));
        var noted = administrator().get(AUDIT + "/verify").jsonPath();
        assertThat(noted.getLong("sealed")).isGreaterThan(before);
        administrator()
                .queryParam("number", noted.getLong("sealed"))
                .queryParam("head", "00".repeat(32))
                .get(AUDIT + "/verify")
                .then()
                .body("intact", is(false))
                .body("first_broken.what", equalTo("changed"))
                .body("first_broken.number", equalTo(noted.getInt("sealed")));
    }
}
