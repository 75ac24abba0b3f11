package io.opnmanager.tunnel.broker.request;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.EventReader;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which requests are for whom. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ReachOfRequestsTest {

    private static final String LIST = "/api/v1/requests";
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject Jdbi jdbi;

    private String mark = "";
    private long firewall;

    @BeforeEach
    void make() throws Exception {
        mark = Api.name("mark");
        firewall = Api.firewall(mark);
        Api.enrolled(firewall);
    }

    @Test
    void nobody_opens_a_tunnel_to_a_firewall_out_of_reach() throws Exception {
        Person outside = Person.with("operator", Api.name("elsewhere"));
        assertNotYours(outside.call().body("{\"firewall_id\": " + firewall + "}").post(LIST));
        administrator()
                .queryParam("firewall_id", firewall)
                .get(LIST)
                .then()
                .body("total", equalTo(0));
    }

    @Test
    void own_requests_of_a_firewall_that_left_the_reach_are_gone_too() throws Exception {
        String other = Api.name("other");
        Person operator = Person.with("operator", mark, other);
        long request = operator.open(firewall);
        operator.call().delete(LIST + "/" + request).then().statusCode(204);
        operator.call().get(LIST).then().body("items.id", contains((int) request));

        operator.becomes("operator", other);

        operator.call().get(LIST).then().body("items", empty()).body("total", equalTo(0));
        for (String path : new String[] {"", "/events"}) {
            assertNotYours(operator.call().get(LIST + "/" + request + path));
        }
        assertNotYours(operator.call().delete(LIST + "/" + request));
        assertNotYours(
                operator.call().body("{\"lifetime\": 60}").put(LIST + "/" + request + "/lifetime"));
        for (String path : new String[] {"tunnel_heartbeat", "tunnel_close"}) {
            assertNotYours(
                    operator.call().body("{\"request_id\": " + request + "}").post("/api/" + path));
        }
    }

    @Test
    void a_viewer_sees_every_request_within_reach_and_touches_none() throws Exception {
        Person operator = Person.with("operator");
        long request = operator.open(firewall);
        Person viewer = Person.with("viewer", mark);
        Person outside = Person.with("viewer", Api.name("elsewhere"));

        viewer.call().get(LIST).then().body("items.id", contains((int) request));
        viewer.call().get(LIST + "/" + request).then().statusCode(200);
        viewer.call().get(LIST + "/terms").then().statusCode(200);
        viewer.call().get("/api/v1/nodes").then().statusCode(200);
        outside.call().get(LIST).then().body("items", empty());
        assertNotYours(outside.call().get(LIST + "/" + request));
        assertNotAllowed(viewer.call().body("{\"firewall_id\": " + firewall + "}").post(LIST));
        assertNotAllowed(viewer.call().delete(LIST + "/" + request));
        assertNotAllowed(
                viewer.call().body("{\"lifetime\": 60}").put(LIST + "/" + request + "/lifetime"));
        assertNotAllowed(viewer.call().get("/api/v1/approvals"));
        for (String path : new String[] {"tunnel_heartbeat", "tunnel_close"}) {
            assertNotAllowed(
                    viewer.call().body("{\"request_id\": " + request + "}").post("/api/" + path));
        }
        administrator().get(LIST + "/" + request).then().body("status", equalTo("pending"));
    }

    @Test
    void an_administrator_with_a_limit_holds_requests_of_others_only_within_it() throws Exception {
        long elsewhere = Api.firewall(Api.name("elsewhere"));
        Api.enrolled(elsewhere);
        Person operator = Person.with("operator");
        long inside = operator.open(firewall);
        long outside = operator.open(elsewhere);
        Person limited = Person.with("administrator", mark);

        limited.call().get(LIST).then().body("items.id", contains((int) inside));
        assertNotYours(limited.call().delete(LIST + "/" + outside));
        limited.call().delete(LIST + "/" + inside).then().statusCode(204);
    }

    @Test
    void events_tell_of_what_is_within_reach_only() throws Exception {
        long elsewhere = Api.firewall(Api.name("elsewhere"));
        Api.enrolled(elsewhere);
        Person viewer = Person.with("viewer", mark);
        Person operator = Person.with("operator");
        try (EventReader events = EventReader.of(LIST + "/events", viewer)) {
            long outside = operator.open(elsewhere);
            long inside = operator.open(firewall);
            Predicate<JsonPath> either =
                    event -> event.getLong("id") == inside || event.getLong("id") == outside;
            assertThat(events.next(either, SOON))
                    .extracting(event -> event.getLong("id"))
                    .isEqualTo(inside);
            assertThat(events.next(event -> event.getLong("id") == outside, SOON)).isNull();
        }
    }

    @Test
    void lists_are_filtered_by_life_and_by_who_asked() throws Exception {
        Person one = Person.with("operator");
        Person two = Person.with("operator");
        long live = one.open(firewall);
        long ended = two.open(firewall);
        two.call().delete(LIST + "/" + ended).then().statusCode(204);
        Person viewer = Person.with("viewer", mark);

        viewer.call()
                .queryParam("live", true)
                .get(LIST)
                .then()
                .body("items.id", contains((int) live))
                .body("total", equalTo(1));
        viewer.call()
                .queryParam("live", false)
                .get(LIST)
                .then()
                .body("items.id", contains((int) ended));
        viewer.call()
                .queryParam("requested_by", two.name())
                .get(LIST)
                .then()
                .body("items.id", contains((int) ended))
                .body("items.id", not(hasItem((int) live)));
        one.call().queryParam("requested_by", two.name()).get(LIST).then().body("items", empty());
    }

    @Test
    void a_lifetime_is_changed_up_to_the_maximum_while_the_request_lives() throws Exception {
        Person operator = Person.with("operator", mark);
        long request = operator.open(firewall);
        String path = LIST + "/" + request + "/lifetime";

        assertRefused(
                operator.call().body("{\"lifetime\": 28801}").put(path), 400, "invalid_field");
        assertRefused(operator.call().body("{\"lifetime\": 0}").put(path), 400, "invalid_field");
        assertRefused(
                Person.with("operator").call().body("{\"lifetime\": 60}").put(path),
                403,
                "not_yours");
        operator.call()
                .body("{\"lifetime\": 28800}")
                .put(path)
                .then()
                .statusCode(200)
                .body("expires_at", nullValue());

        isUp(request);
        JsonPath extended =
                operator.call()
                        .body("{\"lifetime\": 7200}")
                        .put(path)
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath();
        assertThat(
                        Duration.between(
                                Instant.parse(extended.getString("tunnel_started_at")),
                                Instant.parse(extended.getString("expires_at"))))
                .isEqualTo(Duration.ofHours(2));
        assertThat(
                        Duration.between(
                                Instant.parse(extended.getString("last_activity")),
                                Instant.parse(extended.getString("idle_ends_at"))))
                .isEqualTo(Duration.ofMinutes(10));
        administrator()
                .queryParam("subject", "request:" + request)
                .queryParam("action", "request.lifetime")
                .get("/api/v1/audit")
                .then()
                .body("items.detail", contains("7200 s", "28800 s"))
                .body("items[0].actor", equalTo("operator:" + operator.name()));

        operator.call().delete(LIST + "/" + request).then().statusCode(204);
        assertRefused(operator.call().body("{\"lifetime\": 60}").put(path), 409, "request_ended");
    }

    /** As if its agent had come; no line holds it, so it ends within a second or two. */
    private void isUp(long request) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE request_queue SET status = 'active', tunnel_started_at = UTC_TIMESTAMP(6),
                                    expires_at = UTC_TIMESTAMP(6) + INTERVAL lifetime_seconds SECOND, last_heartbeat = UTC_TIMESTAMP(6),
                                    last_probe = UTC_TIMESTAMP(6), last_activity = UTC_TIMESTAMP(6), node = :node
                                WHERE id = :id
                                """)
                        .bind("id", request)
                        .bind("node", otherNode())
                        .execute());
    }

    private String otherNode() {
        jdbi.useHandle(handle ->
                handle.execute(
                        """
                        INSERT INTO node (name, ssh_host, ssh_port, version, started_at, last_seen)
                        VALUES ('another', 'localhost', 22, '1', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))
                        ON DUPLICATE KEY UPDATE last_seen = UTC_TIMESTAMP(6)
                        """));
        return "another";
    }

    @Test
    void the_terms_are_what_the_broker_keeps_to() throws Exception {
        Person.with("viewer")
                .call()
                .get(LIST + "/terms")
                .then()
                .statusCode(200)
                .body("establish", equalTo(30))
                .body("lifetime", equalTo(1800))
                .body("lifetime_maximum", equalTo(28800))
                .body("idle", equalTo(600))
                .body("window_gone", equalTo(60))
                .body("heartbeat", equalTo(60))
                .body("heartbeat_missed", equalTo(150))
                .body("byte_limit", nullValue())
                .body("connections", equalTo(256))
                .body("reason_required", equalTo(false))
                .body("approval_tags", empty());
    }

    private static void assertNotYours(Response answer) {
        assertRefused(answer, 403, "not_yours");
    }

    private static void assertNotAllowed(Response answer) {
        assertRefused(answer, 403, "not_allowed");
    }

    private static void assertRefused(Response answer, int status, String code) {
        answer.then().statusCode(status).body("code", equalTo(code));
    }
}
