package io.opnmanager.tunnel.broker.request;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.EventReader;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.identity.Reach;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may do what with a request that is shared. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SharingTest {

    private static final String LIST = "/api/v1/requests";
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject Jdbi jdbi;
    @Inject SessionRows rows;

    private String mark = "";
    private Person owner = new Person("", "");
    private Person friend = new Person("", "");
    private long request;

    @BeforeEach
    void make() throws Exception {
        mark = Api.name("mark");
        long firewall = Api.firewall(mark);
        Api.enrolled(firewall);
        owner = Person.with("operator", mark);
        friend = Person.with("operator", mark);
        request = owner.open(firewall);
    }

    private String path() {
        return LIST + "/" + request;
    }

    private Response shared(Person by, String... with) {
        return by.call()
                .body(Map.of("operators", Arrays.asList(with)))
                .put(path() + "/shared-with");
    }

    @Test
    void whom_it_is_shared_with_sees_it_and_keeps_it_alive_but_changes_nothing() throws Exception {
        assertRefused(friend.call().get(path()), 403, "not_yours");
        try (EventReader events = EventReader.of(LIST + "/events", friend)) {
            shared(owner, friend.name(), friend.name())
                    .then()
                    .statusCode(200)
                    .body("shared_with", contains(friend.name()));

            assertThat(events.next(event -> event.getLong("id") == request, SOON))
                    .extracting(event -> event.getList("shared_with"))
                    .isEqualTo(Collections.singletonList(friend.name()));
        }
        friend.call().get(LIST).then().body("items.id", contains((int) request));
        friend.call().get(path()).then().body("status", equalTo("pending"));
        friend.call()
                .body(Map.of("request_id", request))
                .post("/api/tunnel_heartbeat")
                .then()
                .statusCode(200)
                .body("keep_alive", equalTo(true));
        assertRefused(friend.call().delete(path()), 403, "not_yours");
        assertRefused(
                friend.call().body(Map.of("lifetime", 60)).put(path() + "/lifetime"),
                403,
                "not_yours");
        assertRefused(
                friend.call().body(Map.of("challenge", "A".repeat(43))).post(path() + "/entries"),
                403,
                "not_yours");
        assertRefused(shared(friend), 403, "not_yours");
        assertRefused(
                friend.call().body(Map.of("request_id", request)).post("/api/tunnel_close"),
                403,
                "not_yours");

        shared(owner).then().statusCode(200).body("shared_with", empty());

        friend.call().get(LIST).then().body("items", empty()).body("total", equalTo(0));
        assertRefused(friend.call().get(path()), 403, "not_yours");
        assertRefused(
                friend.call().body(Map.of("request_id", request)).post("/api/tunnel_heartbeat"),
                403,
                "not_yours");
        administrator()
                .queryParam("subject", "request:" + request)
                .queryParam("action", "request.share")
                .get("/api/v1/audit")
                .then()
                .body("items.detail", contains("with nobody", "with " + friend.name()))
                .body("items[0].actor", equalTo("operator:" + owner.name()));
    }

    @Test
    void a_window_of_a_guest_does_not_count() throws Exception {
        shared(owner, friend.name()).then().statusCode(200);
        Map<String, ?> window = Map.of("request_id", request, "window", true);

        friend.call().body(window).post("/api/tunnel_heartbeat").then().statusCode(200);
        assertThat(windows()).isZero();

        owner.call().body(window).post("/api/tunnel_heartbeat").then().statusCode(200);
        assertThat(windows()).isOne();
    }

    private int windows() {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT COUNT(last_window) FROM request_queue WHERE id = :id")
                        .bind("id", request)
                        .mapTo(Integer.class)
                        .one());
    }

    @Test
    void whose_requests_they_are_is_known_within_reach_only() {
        assertThat(rows.ownersWithin(Reach.ALL, List.of(request, 999_999L)))
                .isEqualTo(Map.of(request, owner.name()));
        assertThat(rows.ownersWithin(Reach.ALL.within(Set.of(mark)), List.of(request)))
                .isEqualTo(Map.of(request, owner.name()));
        assertThat(rows.ownersWithin(Reach.ALL.within(Set.of("elsewhere")), List.of(request)))
                .isEmpty();
        assertThat(rows.ownersWithin(Reach.ALL, List.of())).isEmpty();
    }

    @Test
    void the_address_for_programs_is_for_them_and_the_page_for_the_owner() throws Exception {
        shared(owner, friend.name()).then().statusCode(200);
        owner.call().get(path()).then().body("stream_address", nullValue());
        isUp();

        JsonPath own = owner.call().get(path()).jsonPath();
        String address = own.getString("stream_address");
        assertThat(address).matches("[a-z2-7]{26}\\.sessions\\.test:18443");
        assertThat(own.getString("session_url"))
                .isEqualTo("https://" + address.replace(":18443", ":444"));
        friend.call()
                .get(path())
                .then()
                .body("stream_address", equalTo(address))
                .body("session_url", nullValue());
        administrator().get(path()).then().body("stream_address", nullValue());
        Person.with("viewer").call().get(path()).then().body("stream_address", nullValue());

        jdbi.useHandle(handle -> handle.execute("UPDATE node SET stream_port = NULL"));

        owner.call().get(path()).then().body("stream_address", nullValue());
    }

    /** As if its agent had come, on a node with a gateway. */
    private void isUp() {
        jdbi.useHandle(handle -> {
            handle.execute(
                    """
                    INSERT INTO node (name, ssh_host, ssh_port, version, started_at, last_seen, session_url, stream_port)
                    VALUES ('with-gateway', 'localhost', 22, '1', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR,
                        'https://*.sessions.test:444', 18443)
                    """);
            handle.createUpdate(
                            """
                            UPDATE request_queue SET status = 'active', tunnel_started_at = UTC_TIMESTAMP(6),
                                expires_at = UTC_TIMESTAMP(6) + INTERVAL lifetime_seconds SECOND, last_heartbeat = UTC_TIMESTAMP(6),
                                last_probe = UTC_TIMESTAMP(6), last_activity = UTC_TIMESTAMP(6), node = 'with-gateway'
                            WHERE id = :id
                            """)
                    .bind("id", request)
                    .execute();
        });
    }

    @Test
    void an_administrator_shares_what_is_within_reach_and_strangers_nothing() throws Exception {
        shared(Person.with("administrator", mark), friend.name()).then().statusCode(200);
        assertRefused(
                shared(Person.with("administrator", Api.name("elsewhere")), friend.name()),
                403,
                "not_yours");
        assertRefused(shared(Person.with("operator"), friend.name()), 403, "not_yours");
        assertRefused(shared(Person.with("viewer"), friend.name()), 403, "not_allowed");
    }

    @Test
    void only_with_operators_who_may_reach_the_firewall_and_while_it_lives() throws Exception {
        for (String name :
                new String[] {
                    "nobody-of-that-name",
                    Person.with("viewer", mark).name(),
                    Person.with("operator", Api.name("elsewhere")).name()
                }) {
            assertRefused(shared(owner, friend.name(), name), 400, "invalid_field");
        }
        assertRefused(
                shared(owner, Collections.nCopies(11, friend.name()).toArray(String[]::new)),
                400,
                "invalid_field");
        owner.call().get(path()).then().body("shared_with", empty());

        owner.call().delete(path()).then().statusCode(204);

        assertRefused(shared(owner, friend.name()), 409, "request_ended");
    }

    @Test
    void another_operator_of_the_same_name_is_not_whom_it_was_shared_with() throws Exception {
        shared(owner, friend.name()).then().statusCode(200);

        administrator().delete("/api/v1/operators/" + friend.name()).then().statusCode(204);

        owner.call().get(path()).then().body("shared_with", empty());
    }

    @Test
    void whoever_becomes_a_viewer_or_loses_the_reach_has_it_no_longer() throws Exception {
        shared(owner, friend.name()).then().statusCode(200);
        String heartbeat = "/api/tunnel_heartbeat";

        friend.becomes("operator", Api.name("elsewhere"));
        assertRefused(friend.call().get(path()), 403, "not_yours");
        assertRefused(
                friend.call().body(Map.of("request_id", request)).post(heartbeat),
                403,
                "not_yours");

        friend.becomes("viewer", mark);
        assertRefused(
                friend.call().body(Map.of("request_id", request)).post(heartbeat),
                403,
                "not_allowed");
    }

    private static void assertRefused(Response answer, int status, String code) {
        answer.then().statusCode(status).body("code", equalTo(code));
    }
}
