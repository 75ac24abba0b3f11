package io.opnmanager.tunnel.broker.firewall;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FirewallsTest {

    @Inject Jdbi jdbi;

    @Test
    void a_new_firewall_has_a_number_a_place_and_the_usual_page() throws Exception {
        String name = Api.name("new");
        String location =
                administrator()
                        .body("{\"name\": \"" + name + "\", \"tags\": [\"berlin\", \"site:7\"]}")
                        .post("/api/v1/firewalls")
                        .then()
                        .statusCode(201)
                        .body("name", equalTo(name))
                        .body("tags", contains("berlin", "site:7"))
                        .body("web_target", equalTo("https://localhost:443"))
                        .body("enrolled", is(false))
                        .body("online", is(false))
                        .extract()
                        .header("Location");
        administrator().get(location).then().statusCode(200).body("name", equalTo(name));
    }

    @Test
    void two_firewalls_cannot_have_one_name() throws Exception {
        String body = "{\"name\": \"" + Api.name("twin") + "\"}";
        administrator().body(body).post("/api/v1/firewalls").then().statusCode(201);
        administrator()
                .body(body)
                .post("/api/v1/firewalls")
                .then()
                .statusCode(409)
                .body("code", equalTo("firewall_exists"));
        administrator()
                .body(body)
                .put("/api/v1/firewalls/" + Api.firewall())
                .then()
                .statusCode(409)
                .body("code", equalTo("firewall_exists"));
    }

    @Test
    void name_tags_and_page_can_be_changed_and_an_absent_page_stays() throws Exception {
        String path = "/api/v1/firewalls/" + Api.firewall();
        String name = Api.name("changed");
        administrator()
                .body("{\"name\": \"" + name + "\", \"web_target\": \"http://127.0.0.1:8080\"}")
                .put(path)
                .then()
                .statusCode(200)
                .body("web_target", equalTo("http://localhost:8080"));
        administrator()
                .body("{\"name\": \"" + name + "\", \"tags\": [\"a\"]}")
                .put(path)
                .then()
                .statusCode(200)
                .body("tags", contains("a"))
                .body("web_target", equalTo("http://localhost:8080"));
    }

    @Test
    void a_page_that_no_tunnel_may_lead_to_is_refused() throws Exception {
        administrator()
                .body("{\"name\": \"" + Api.name("x") + "\", \"web_target\": \"ftp://a:21\"}")
                .post("/api/v1/firewalls")
                .then()
                .statusCode(400)
                .body("code", equalTo("target_refused"));
    }

    @Test
    void a_name_with_control_characters_is_refused() throws Exception {
        administrator()
                .body("{\"name\": \"a\\u001b[31mb\"}")
                .post("/api/v1/firewalls")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    @Test
    void lists_come_in_pages_by_name_and_are_searched_in_names_and_tags() throws Exception {
        String mark = Api.name("zone");
        for (String name : new String[] {"b", "A", "c"}) {
            administrator()
                    .body("{\"name\": \"%1$s-%2$s\", \"tags\": [\"%2$s\"]}".formatted(name, mark))
                    .post("/api/v1/firewalls")
                    .then()
                    .statusCode(201);
        }
        administrator()
                .queryParam("query", mark.toUpperCase(java.util.Locale.ROOT))
                .queryParam("size", 2)
                .get("/api/v1/firewalls")
                .then()
                .statusCode(200)
                .body("items.name", contains("A-" + mark, "b-" + mark))
                .body("total", equalTo(3))
                .body("page", equalTo(0))
                .body("size", equalTo(2));
        administrator()
                .queryParam("query", mark)
                .queryParam("size", 2)
                .queryParam("page", 1)
                .get("/api/v1/firewalls")
                .then()
                .body("items.name", contains("c-" + mark))
                .body("total", equalTo(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "_______", "\\", "' OR 1=1 -- "})
    void a_query_is_text_and_never_a_pattern(String query) throws Exception {
        Api.firewall();
        administrator()
                .queryParam("query", query)
                .get("/api/v1/firewalls")
                .then()
                .statusCode(200)
                .body("items", empty());
    }

    @Test
    void an_agent_that_checks_in_is_online_and_its_facts_are_shown() throws Exception {
        long firewall = Api.firewall();
        String token = Api.enrolled(firewall);
        bearer(token)
                .body(
                        """
                        {"firewall_id": "%d", "agent_version": "2.0", "hostname": "renamed.example", "web_target": "https://localhost:4443"}
                        """
                                .formatted(firewall))
                .post("/api/test/checkin")
                .then()
                .statusCode(200);
        administrator()
                .get("/api/v1/firewalls/" + firewall)
                .then()
                .body("online", is(true))
                .body("last_seen", notNullValue())
                .body("hostname", equalTo("renamed.example"))
                .body("platform", equalTo("FreeBSD 14 amd64"))
                .body("agent_version", equalTo("2.0"))
                .body("web_target", equalTo("https://localhost:4443"));
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        jdbi.withHandle(handle ->
                                handle.createQuery(
                                                """
                                                SELECT last_seen > UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE AND last_seen <= UTC_TIMESTAMP(6)
                                                FROM firewall WHERE id = :id AND last_seen IS NOT NULL
                                                """)
                                        .bind("id", firewall)
                                        .mapTo(Boolean.class)
                                        .findOne()
                                        .orElse(false)));
    }

    @Test
    void an_unknown_firewall_is_said_to_be_unknown() throws Exception {
        administrator()
                .get("/api/v1/firewalls/999999")
                .then()
                .statusCode(404)
                .body("code", equalTo("firewall_unknown"));
    }

    @Test
    void pages_have_bounds() throws Exception {
        administrator()
                .queryParam("size", 501)
                .get("/api/v1/firewalls")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"))
                .body("violations.field", contains("size"))
                .body("violations", hasSize(1));
    }
}
