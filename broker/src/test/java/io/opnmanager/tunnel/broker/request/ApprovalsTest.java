package io.opnmanager.tunnel.broker.request;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.EventReader;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A reason has to be given everywhere, and firewalls of one tag need a second operator. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(ApprovalsTest.FourEyes.class)
class ApprovalsTest {

    private static final String APPROVALS = "/api/v1/approvals";
    private static final String REQUESTS = "/api/v1/requests";
    private static final Duration SOON = Duration.ofSeconds(20);

    /** The keys of this test. */
    public static class FourEyes implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "opnmanager.request.reason-required",
                    "true",
                    "opnmanager.request.approval-tags",
                    "four-eyes,vault");
        }
    }

    @Inject Jdbi jdbi;

    private String mark = "";
    private long guarded;
    private Person asker = new Person("", "");
    private Person second = new Person("", "");

    @BeforeEach
    void make() throws Exception {
        mark = Api.name("mark");
        guarded = Api.firewall("four-eyes", mark);
        Api.enrolled(guarded);
        asker = Person.with("operator", mark);
        second = Person.with("operator", mark);
    }

    @Test
    void a_request_without_a_reason_is_refused() throws Exception {
        long firewall = Api.firewall(mark);
        Api.enrolled(firewall);
        for (String ask :
                List.of(
                        "{\"firewall_id\": %d}",
                        "{\"firewall_id\": %d, \"reason\": \"\"}",
                        "{\"firewall_id\": %d, \"reason\": \" \\t\"}")) {
            assertRefused(
                    asker.call().body(ask.formatted(firewall)).post(REQUESTS),
                    400,
                    "reason_required");
        }
        open(asker, firewall).then().statusCode(202).body("reason", equalTo("to look"));
        asker.call()
                .get(REQUESTS + "/terms")
                .then()
                .body("reason_required", equalTo(true))
                .body("approval_tags", contains("four-eyes", "vault"));
    }

    @Test
    void a_granted_approval_is_good_for_one_request_of_who_asked() {
        assertRefused(open(asker, guarded), 403, "approval_required");
        long id = ask(asker);
        assertRefused(open(asker, guarded), 403, "approval_required");
        decide(second, id, true)
                .then()
                .statusCode(200)
                .body("status", equalTo("granted"))
                .body("decided_by", equalTo(second.name()))
                .body("decided_at", notNullValue());
        // It is the asker's, not the second operator's.
        assertRefused(open(second, guarded), 403, "approval_required");

        long request =
                open(asker, guarded).then().statusCode(202).extract().jsonPath().getLong("id");
        asker.call()
                .get(APPROVALS + "/" + id)
                .then()
                .body("status", equalTo("used"))
                .body("request_id", equalTo((int) request));
        // The live one is answered again; another one is not made.
        open(asker, guarded).then().statusCode(202).body("id", equalTo((int) request));
        asker.call().delete(REQUESTS + "/" + request).then().statusCode(204);
        assertRefused(open(asker, guarded), 403, "approval_required");
    }

    @Test
    void what_was_approved_for_one_is_not_shared_with_another() {
        decide(second, ask(asker), true).then().statusCode(200);
        String sharing =
                REQUESTS
                        + "/"
                        + open(asker, guarded)
                                .then()
                                .statusCode(202)
                                .extract()
                                .jsonPath()
                                .getLong("id")
                        + "/shared-with";

        assertRefused(
                asker.call().body("{\"operators\": [\"" + second.name() + "\"]}").put(sharing),
                403,
                "approval_required");
        asker.call().body("{\"operators\": []}").put(sharing).then().statusCode(200);
    }

    @Test
    void an_approval_is_for_one_target() throws Exception {
        long id = ask(asker);
        decide(second, id, true).then().statusCode(200);
        assertRefused(
                asker.call()
                        .body(
                                "{\"firewall_id\": %d, \"target\": \"ssh\", \"reason\": \"r\"}"
                                        .formatted(guarded))
                        .post(REQUESTS),
                403,
                "approval_required");
    }

    @Test
    void of_many_requests_at_once_one_uses_the_approval() throws Exception {
        long id = ask(asker);
        decide(second, id, true).then().statusCode(200);
        List<Callable<Response>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(() -> open(asker, guarded));
        }
        List<Integer> ids = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Response> answer : threads.invokeAll(calls)) {
                ids.add(answer.get().then().statusCode(202).extract().path("id"));
            }
        }
        assertThat(ids.stream().distinct()).hasSize(1);
        asker.call().get(APPROVALS + "/" + id).then().body("request_id", equalTo(ids.getFirst()));
    }

    @Test
    void nobody_decides_about_their_own() throws Exception {
        long id = ask(asker);
        assertRefused(decide(asker, id, true), 403, "own_approval");
        assertRefused(decide(asker.narrowed(mark), id, false), 403, "own_approval");
        Person administrator = Person.with("administrator");
        long own =
                administrator
                        .call()
                        .body("{\"firewall_id\": %d, \"reason\": \"r\"}".formatted(guarded))
                        .post(APPROVALS)
                        .then()
                        .statusCode(201)
                        .extract()
                        .jsonPath()
                        .getLong("id");
        assertRefused(decide(administrator, own, true), 403, "own_approval");
    }

    @Test
    void only_who_may_connect_and_reaches_the_firewall_sees_and_decides() throws Exception {
        long id = ask(asker);
        Person outside = Person.with("operator", Api.name("elsewhere"));
        Person viewer = Person.with("viewer", mark);

        assertRefused(decide(outside, id, true), 403, "not_yours");
        assertRefused(outside.call().get(APPROVALS + "/" + id), 403, "not_yours");
        outside.call().get(APPROVALS).then().body("items", empty()).body("total", equalTo(0));
        assertRefused(
                outside.call()
                        .body("{\"firewall_id\": %d, \"reason\": \"r\"}".formatted(guarded))
                        .post(APPROVALS),
                403,
                "not_yours");
        assertRefused(decide(viewer, id, true), 403, "not_allowed");
        second.call().get(APPROVALS).then().body("items.id", contains((int) id));
        assertRefused(decide(second, 999_999, true), 404, "approval_unknown");
    }

    @Test
    void what_is_decided_stays_decided() {
        long id = ask(asker);
        decide(second, id, false).then().statusCode(200).body("status", equalTo("refused"));
        assertRefused(decide(second, id, true), 409, "approval_decided");
        assertRefused(open(asker, guarded), 403, "approval_required");
        // One that was refused does not stand in the way of another try.
        assertThat(ask(asker)).isNotEqualTo(id);
    }

    @Test
    void asking_again_while_one_is_open_answers_that_one() {
        long id = ask(asker);
        asker.call()
                .body("{\"firewall_id\": %d, \"reason\": \"again\"}".formatted(guarded))
                .post(APPROVALS)
                .then()
                .statusCode(200)
                .body("id", equalTo((int) id))
                .body("reason", equalTo("to look"));
    }

    @Test
    void an_approval_whose_time_is_over_is_good_for_nothing() throws Exception {
        long granted = ask(asker);
        decide(second, granted, true).then().statusCode(200);
        isOver(granted);
        assertRefused(open(asker, guarded), 403, "approval_required");
        asker.call().get(APPROVALS + "/" + granted).then().body("status", equalTo("expired"));

        long waiting = ask(asker);
        assertThat(waiting).isNotEqualTo(granted);
        isOver(waiting);
        assertRefused(decide(second, waiting, true), 409, "approval_decided");
        await().atMost(SOON)
                .untilAsserted(() ->
                        administrator()
                                .queryParam("subject", "approval:" + waiting)
                                .get("/api/v1/audit")
                                .then()
                                .body("items.action", contains("approval.expire", "approval.ask")));
    }

    @Test
    void every_move_is_told_and_written_down() throws Exception {
        try (EventReader events = EventReader.of(APPROVALS + "/events", second);
                EventReader outside =
                        EventReader.of(
                                APPROVALS + "/events",
                                Person.with("operator", Api.name("elsewhere")))) {
            long id = ask(asker);
            assertThat(events.next(event -> event.getLong("id") == id, SOON))
                    .extracting(event -> event.getString("status"))
                    .isEqualTo("waiting");
            decide(second, id, true).then().statusCode(200);
            assertThat(events.next(event -> event.getLong("id") == id, SOON))
                    .extracting(event -> event.getString("status"))
                    .isEqualTo("granted");
            long request =
                    open(asker, guarded).then().statusCode(202).extract().jsonPath().getLong("id");
            assertThat(events.next(event -> event.getLong("id") == id, SOON))
                    .extracting(event -> event.getString("status"))
                    .isEqualTo("used");
            assertThat(outside.next(event -> true, Duration.ofSeconds(2))).isNull();

            administrator()
                    .queryParam("subject", "approval:" + id)
                    .get("/api/v1/audit")
                    .then()
                    .body("items.action", contains("approval.grant", "approval.ask"))
                    .body(
                            "items.actor",
                            contains("operator:" + second.name(), "operator:" + asker.name()));
            administrator()
                    .queryParam("subject", "request:" + request)
                    .get("/api/v1/audit")
                    .then()
                    .body("items.action", contains("approval.use", "request.open"))
                    .body(
                            "items[0].detail",
                            equalTo(
                                    "approval:%d granted by operator:%s"
                                            .formatted(id, second.name())));
        }
    }

    @Test
    void one_operator_cannot_have_any_number_waiting() {
        for (int i = 1; i <= 50; i++) {
            askFor(asker, "tcp://localhost:" + (1000 + i)).then().statusCode(201);
        }
        assertRefused(askFor(asker, "tcp://localhost:2000"), 429, "too_many_requests");
        asker.call().get(APPROVALS).then().body("total", equalTo(50));
        asker.call()
                .queryParam("status", "granted")
                .get(APPROVALS)
                .then()
                .body("total", equalTo(0));
    }

    private long ask(Person who) {
        return who.call()
                .body("{\"firewall_id\": %d, \"reason\": \"to look\"}".formatted(guarded))
                .post(APPROVALS)
                .then()
                .statusCode(201)
                .body("status", equalTo("waiting"))
                .body("asked_by", equalTo(who.name()))
                .body("target", equalTo("https://localhost:443"))
                .extract()
                .jsonPath()
                .getLong("id");
    }

    private Response askFor(Person who, String target) {
        return who.call()
                .body(
                        "{\"firewall_id\": %d, \"target\": \"%s\", \"reason\": \"r\"}"
                                .formatted(guarded, target))
                .post(APPROVALS);
    }

    private static Response decide(Person who, long id, boolean granted) {
        return who.call().body("{\"granted\": " + granted + "}").put(APPROVALS + "/" + id);
    }

    private static Response open(Person who, long firewall) {
        return who.call()
                .body("{\"firewall_id\": %d, \"reason\": \"to look\"}".formatted(firewall))
                .post(REQUESTS);
    }

    private void isOver(long id) {
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE approval SET expires_at = UTC_TIMESTAMP(6) WHERE id = ?", id));
    }

    private static void assertRefused(Response answer, int status, String code) {
        answer.then().statusCode(status).body("code", equalTo(code));
    }
}
