package io.opnmanager.tunnel.broker.firewall;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of firewalls, and what each operator reaches of them. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FleetTest {

    private static final String LIST = "/api/v1/firewalls";

    @Test
    void a_list_holds_what_is_within_reach_and_counts_only_that() throws Exception {
        String mark = Api.name("reach");
        long mine = Api.firewall(mark, "shared");
        Api.firewall(Api.name("other"), "shared");
        Person operator = Person.with("operator", mark, Api.name("nowhere"));

        operator.call()
                .get(LIST)
                .then()
                .statusCode(200)
                .body("items.id", contains((int) mine))
                .body("total", equalTo(1));
        operator.call()
                .get(LIST + "/tags")
                .then()
                .statusCode(200)
                .body("tags.tag", containsInAnyOrder(mark, "shared"))
                .body("tags.firewalls", contains(1, 1));
    }

    @Test
    void a_token_narrows_what_its_operator_reaches_and_never_widens_it() throws Exception {
        String berlin = Api.name("berlin");
        String lab = Api.name("lab");
        long both = Api.firewall(berlin, lab);
        long onlyBerlin = Api.firewall(berlin);
        long onlyLab = Api.firewall(lab);
        Person operator = Person.with("operator", berlin);
        Person token = operator.narrowed(lab);

        token.call().get(LIST).then().body("items.id", contains((int) both));
        token.call().get(LIST + "/" + both).then().statusCode(200);
        for (long outside : List.of(onlyBerlin, onlyLab)) {
            assertNotYours(token.call().get(LIST + "/" + outside));
        }
        operator.call().get(LIST + "/" + onlyBerlin).then().statusCode(200);
        assertNotYours(operator.call().get(LIST + "/" + onlyLab));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "GET | |",
                "PUT | | {`name`: `x`}",
                "POST | /enrolment-token |",
                "POST | /agent-token |",
                "DELETE | /agent-token |",
                "GET | /certificate-pin |",
                "PUT | /certificate-pin | {`target`: `https://localhost:443`, `sha256`: `00`}"
            })
    void an_administrator_with_a_limit_does_nothing_outside_of_it(
            String method, String path, String body) throws Exception {
        Person limited = Person.with("administrator", Api.name("inside"));
        String url = LIST + "/" + Api.firewall(Api.name("outside")) + (path == null ? "" : path);
        var call = limited.call();
        if (body != null) {
            call.body(body.replace('`', '"').replace("\"00\"", "\"" + "00".repeat(32) + "\""));
        }
        assertNotYours(call.request(method, url));
    }

    @Test
    void an_administrator_with_a_limit_makes_and_keeps_firewalls_within_it() throws Exception {
        String inside = Api.name("inside");
        Person limited = Person.with("administrator", inside);

        assertNotYours(limited.call().body("{\"name\": \"" + Api.name("box") + "\"}").post(LIST));
        int made =
                limited.call()
                        .body(
                                "{\"name\": \"%s\", \"tags\": [\"%s\", \"more\"]}"
                                        .formatted(Api.name("box"), inside))
                        .post(LIST)
                        .then()
                        .statusCode(201)
                        .extract()
                        .path("id");
        assertNotYours(
                limited.call()
                        .body("{\"name\": \"%s\", \"tags\": [\"more\"]}".formatted(Api.name("box")))
                        .put(LIST + "/" + made));
    }

    @Test
    void a_viewer_sees_firewalls_and_changes_nothing() throws Exception {
        String mark = Api.name("seen");
        long firewall = Api.firewall(mark);
        Person viewer = Person.with("viewer", mark);

        viewer.call().get(LIST).then().body("items.id", contains((int) firewall));
        viewer.call().get(LIST + "/" + firewall).then().statusCode(200);
        viewer.call().get(LIST + "/" + firewall + "/certificate-pin").then().statusCode(200);
        viewer.call()
                .body(
                        "{\"target\": \"https://localhost:443\", \"sha256\": \"%s\"}"
                                .formatted("00".repeat(32)))
                .put(LIST + "/" + firewall + "/certificate-pin")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
    }

    @Test
    void a_list_is_filtered_by_tag_kind_and_search_together() throws Exception {
        String mark = Api.name("filter");
        long sense = made(mark + "-a", "opnsense", mark, "edge");
        long other = made(mark + "-b", "pfsense", mark);

        administrator()
                .queryParam("tag", mark)
                .get(LIST)
                .then()
                .body("items.id", contains((int) sense, (int) other));
        administrator()
                .queryParam("tag", mark)
                .queryParam("kind", "pfsense")
                .get(LIST)
                .then()
                .body("items.id", contains((int) other))
                .body("items.kind", contains("pfsense"));
        administrator()
                .queryParam("tag", mark)
                .queryParam("query", "EDGE")
                .get(LIST)
                .then()
                .body("items.id", contains((int) sense));
        administrator()
                .queryParam("tag", mark.substring(1))
                .get(LIST)
                .then()
                .body("items", empty());
        administrator()
                .queryParam("kind", "toaster")
                .get(LIST)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
        administrator()
                .queryParam("sort", "colour")
                .get(LIST)
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    private static long made(String name, String kind, String... tags) throws Exception {
        return administrator()
                .body(
                        "{\"name\": \"%s\", \"kind\": \"%s\", \"tags\": [\"%s\"]}"
                                .formatted(name, kind, String.join("\", \"", tags)))
                .post(LIST)
                .then()
                .statusCode(201)
                .body("kind", equalTo(kind))
                .extract()
                .jsonPath()
                .getLong("id");
    }

    @Test
    void an_agent_that_is_heard_of_is_found_as_online_within_two_seconds_and_sorted_first()
            throws Exception {
        String mark = Api.name("sort");
        long silent = made(mark + "-a", "generic", mark);
        long enrolled = made(mark + "-b", "generic", mark);
        long heard = made(mark + "-c", "generic", mark);
        Api.enrolled(enrolled);
        bearer(Api.enrolled(heard))
                .body("{\"firewall_id\": " + heard + "}")
                .post("/api/agent_checkin")
                .then()
                .statusCode(200);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        administrator()
                                .queryParam("tag", mark)
                                .queryParam("online", true)
                                .get(LIST)
                                .then()
                                .body("items.id", contains((int) heard))
                                .body("items.online", contains(true)));
        administrator()
                .queryParam("tag", mark)
                .queryParam("online", false)
                .get(LIST)
                .then()
                .body("items.id", contains((int) silent, (int) enrolled))
                .body("items.online", contains(false, false));
        administrator()
                .queryParam("tag", mark)
                .queryParam("sort", "status")
                .get(LIST)
                .then()
                .body("items.id", contains((int) heard, (int) enrolled, (int) silent));
        administrator()
                .queryParam("tag", mark)
                .queryParam("sort", "last_seen")
                .queryParam("size", 1)
                .get(LIST)
                .then()
                .body("items.id", contains((int) heard))
                .body("total", equalTo(3));
    }

    @Test
    void live_requests_are_counted_whoever_asked() throws Exception {
        String mark = Api.name("live");
        long firewall = Api.firewall(mark);
        Api.enrolled(firewall);
        Person one = Person.with("operator");
        Person two = Person.with("operator", mark);
        long first = one.open(firewall);
        two.open(firewall);

        two.call().get(LIST + "/" + firewall).then().body("live_requests", equalTo(2));
        one.call().delete("/api/v1/requests/" + first).then().statusCode(204);
        two.call().get(LIST).then().body("items.live_requests", contains(1));
    }

    @Test
    void an_agents_platform_makes_a_generic_firewall_what_it_is_but_overrules_nobody()
            throws Exception {
        long firewall = Api.firewall();
        String agent = Api.enrolled(firewall);
        administrator().get(LIST + "/" + firewall).then().body("kind", equalTo("generic"));

        checkin(agent, firewall, "OPNsense 26.1 amd64");
        administrator().get(LIST + "/" + firewall).then().body("kind", equalTo("opnsense"));

        administrator()
                .body("{\"name\": \"%s\", \"kind\": \"generic\"}".formatted(Api.name("box")))
                .put(LIST + "/" + firewall)
                .then()
                .statusCode(200)
                .body("kind", equalTo("generic"));
        checkin(agent, firewall, "OPNsense 26.1 amd64");
        administrator().get(LIST + "/" + firewall).then().body("kind", equalTo("generic"));
        checkin(agent, firewall, "pfSense 2.9 amd64");
        administrator().get(LIST + "/" + firewall).then().body("kind", equalTo("pfsense"));
    }

    private static void checkin(String agent, long firewall, String platform) {
        bearer(agent)
                .body("{\"firewall_id\": %d, \"platform\": \"%s\"}".formatted(firewall, platform))
                .post("/api/agent_checkin")
                .then()
                .statusCode(200);
    }

    @Test
    void a_tag_given_twice_is_one_tag() throws Exception {
        administrator()
                .body(
                        "{\"name\": \"%s\", \"tags\": [\"b\", \"a\", \"b\"]}"
                                .formatted(Api.name("box")))
                .post(LIST)
                .then()
                .statusCode(201)
                .body("tags", contains("b", "a"))
                .body("online", is(false));
    }

    private static void assertNotYours(Response answer) {
        answer.then().statusCode(403).body("code", equalTo("not_yours"));
    }
}
