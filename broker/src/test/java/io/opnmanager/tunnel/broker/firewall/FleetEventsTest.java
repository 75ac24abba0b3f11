package io.opnmanager.tunnel.broker.firewall;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.assertj.core.api.Assertions.assertThat;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.EventReader;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.Predicate;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class FleetEventsTest {

    private static final String EVENTS = "/api/v1/firewalls/events";

    /** Looked every two seconds, and two cores of this machine are shared. */
    private static final Duration SOON = Duration.ofSeconds(20);

    @Inject Jdbi jdbi;

    @Test
    void a_firewalls_life_is_told_to_who_may_reach_it() throws Exception {
        String mark = Api.name("life");
        Person viewer = Person.with("viewer", mark);
        try (EventReader events = EventReader.of(EVENTS, viewer)) {
            long firewall = Api.firewall(mark);
            assertThat(events.next(of(firewall), SOON)).as("made").isNotNull();

            String agent = Api.enrolled(firewall);
            assertThat(events.next(of(firewall, "enrolled"), SOON)).as("enrolled").isNotNull();

            bearer(agent)
                    .body("{\"firewall_id\": %d, \"hostname\": \"new-name\"}".formatted(firewall))
                    .post("/api/agent_checkin")
                    .then()
                    .statusCode(200);
            JsonPath online = events.next(of(firewall, "online"), SOON);
            assertThat(online).as("online").isNotNull();

            Person operator = Person.with("operator");
            long request = operator.open(firewall);
            assertThat(events.next(live(firewall, 1), SOON)).as("a request").isNotNull();
            operator.call().delete("/api/v1/requests/" + request).then().statusCode(204);
            assertThat(events.next(live(firewall, 0), SOON)).as("no request").isNotNull();

            silentFor(firewall, "1 HOUR");
            fallsSilentNow(firewall);
            JsonPath offline = events.next(event -> !event.getBoolean("online"), SOON);
            // This node heard of it a moment ago and knows better than the row.
            assertThat(offline).as("heard of by this node").isNull();
        }
    }

    @Test
    void a_firewall_that_only_another_node_hears_falls_silent() throws Exception {
        String mark = Api.name("silent");
        Person viewer = Person.with("viewer", mark);
        long firewall = Api.firewall(mark);
        Api.enrolled(firewall);
        silentFor(firewall, "0 SECOND");
        administrator()
                .get("/api/v1/firewalls/" + firewall)
                .then()
                .body("online", org.hamcrest.Matchers.is(true));
        try (EventReader events = EventReader.of(EVENTS, viewer)) {
            fallsSilentNow(firewall);
            JsonPath offline =
                    events.next(
                            of(firewall).and(event -> !event.getBoolean("online")),
                            SOON.plusSeconds(3));
            assertThat(offline).as("offline").isNotNull();
        }
    }

    @Test
    void what_is_outside_of_the_reach_is_not_told() throws Exception {
        String mark = Api.name("mine");
        Person operator = Person.with("operator", mark);
        try (EventReader events = EventReader.of(EVENTS, operator)) {
            long foreign = Api.firewall(Api.name("foreign"));
            long own = Api.firewall(mark);
            assertThat(events.next(of(foreign).or(of(own)), SOON))
                    .extracting(event -> event.getLong("id"))
                    .isEqualTo(own);
            assertThat(events.next(of(foreign), SOON)).isNull();
        }
    }

    @Test
    void a_stream_ends_when_its_listener_may_reach_less() throws Exception {
        String mark = Api.name("less");
        Person operator = Person.with("operator", mark, "more");
        try (EventReader events = EventReader.of(EVENTS, operator)) {
            operator.becomes("operator", mark);
            assertThat(events.ends(SOON)).isTrue();
        }
    }

    private static Predicate<JsonPath> of(long firewall) {
        return event -> event.getLong("id") == firewall;
    }

    private static Predicate<JsonPath> of(long firewall, String flag) {
        return of(firewall).and(event -> event.getBoolean(flag));
    }

    private static Predicate<JsonPath> live(long firewall, int requests) {
        return of(firewall).and(event -> event.getInt("live_requests") == requests);
    }

    private void silentFor(long firewall, String time) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                "UPDATE firewall SET last_seen = UTC_TIMESTAMP(6) - INTERVAL "
                                        + time
                                        + " WHERE id = :id")
                        .bind("id", firewall)
                        .execute());
    }

    /** Three checks of 15 s are over in this moment. */
    private void fallsSilentNow(long firewall) {
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                "UPDATE firewall SET last_seen = UTC_TIMESTAMP(6) - INTERVAL 44500 * 1000 MICROSECOND WHERE id = :id")
                        .bind("id", firewall)
                        .execute());
    }
}
