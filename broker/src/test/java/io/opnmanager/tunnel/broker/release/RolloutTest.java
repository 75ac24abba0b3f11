package io.opnmanager.tunnel.broker.release;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which agents are offered a release, and what becomes of it.
 *
 * <p>Long because each rule of the rollout is said to the same few firewalls.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
@TestProfile(ReleaseWorld.class)
class RolloutTest {

    private static final String OFF = "";
    private static final String ON = "\"update\": {\"enabled\": true, \"state\": \"none\"}";
    private static final AtomicInteger NUMBER = new AtomicInteger();

    @Inject ReleaseFolder folder;

    @Inject Jdbi jdbi;

    /** One for each test, so that none is offered what another let out. */
    private String version = "";

    @BeforeEach
    void publish() throws Exception {
        version = "2.0." + NUMBER.incrementAndGet();
        var _ = ReleaseWorld.publish(version);
        folder.look();
    }

    /** A firewall with its agent. */
    private record Box(long id, String token) {

        static Box enrolled(String... tags) throws Exception {
            long id = Api.firewall(tags);
            return new Box(id, Api.enrolled(id));
        }

        ValidatableResponse checkin(String agentVersion, String update) {
            return bearer(token)
                    .body(
                            "{\"firewall_id\": %d, \"agent_version\": \"%s\"%s}"
                                    .formatted(
                                            id,
                                            agentVersion,
                                            update.isEmpty() ? "" : ", " + update))
                    .post("/api/agent_checkin")
                    .then();
        }

        void assertOffered(String version) {
            checkin("1.0.0", ON).statusCode(200).body("update.version", equalTo(version));
        }

        void assertNotOffered(String agentVersion, String update) {
            checkin(agentVersion, update)
                    .statusCode(200)
                    .body("$", not(org.hamcrest.Matchers.hasKey("update")));
        }

        JsonPath update() throws Exception {
            return administrator()
                    .get("/api/v1/firewalls/" + id + "/update")
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
        }
    }

    private String said(String state) {
        return "\"update\": {\"enabled\": true, \"version\": \"%s\", \"state\": \"%s\", \"detail\": \"why\"}"
                .formatted(version, state);
    }

    private static ValidatableResponse put(int percentage, boolean halted) throws Exception {
        return administrator()
                .body("{\"percentage\": %d, \"halted\": %s}".formatted(percentage, halted))
                .put("/api/v1/rollout")
                .then();
    }

    private static JsonPath rollout() throws Exception {
        return administrator().get("/api/v1/rollout").then().statusCode(200).extract().jsonPath();
    }

    @Test
    void a_release_begins_with_nobody() throws Exception {
        Box box = Box.enrolled();

        box.assertNotOffered("1.0.0", ON);

        assertThat(rollout().getInt("percentage")).isZero();
        put(100, false).statusCode(200).body("percentage", equalTo(100));
        box.assertOffered(version);
    }

    @Test
    void a_release_in_place_of_another_begins_with_nobody_again() throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);
        box.assertOffered(version);

        publish();

        assertThat(rollout().getInt("percentage")).isZero();
        box.assertNotOffered("1.0.0", ON);
    }

    @Test
    void whoever_does_not_update_itself_is_not_offered_anything() throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);

        box.assertNotOffered("1.0.0", OFF);
        box.assertNotOffered("1.0.0", "\"update\": {\"enabled\": false}");
        box.assertNotOffered("1.0.0", "\"update\": {}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9.0.0", "sh-9.0.0", "curl", "1.0", "", "sh-", "1.0.0; id"})
    void whoever_runs_no_older_version_is_not_offered_anything(String running) throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);

        box.assertNotOffered(running, ON);
        box.checkin("sh-1.0.0", ON).body("update.version", equalTo(version));
    }

    @Test
    void an_agent_whose_file_is_not_in_the_release_is_not_offered_it() throws Exception {
        var _ =
                ReleaseWorld.release()
                        .publish(
                                version,
                                java.util.Map.of("sh-agent any opnmanager-agent", "agent"));
        folder.look();
        Box box = Box.enrolled();
        put(100, false).statusCode(200);

        box.assertNotOffered("1.0.0", ON);
        box.checkin("sh-1.0.0", ON).body("update.version", equalTo(version));
    }

    @Test
    void exactly_the_firewalls_below_the_percentage_are_offered_it() throws Exception {
        put(50, false).statusCode(200);
        int offered = 0;
        for (int i = 0; i < 12; i++) {
            Box box = Box.enrolled();
            boolean first = Slot.of(box.id(), version) < 50;
            if (first) {
                offered++;
                box.assertOffered(version);
            } else {
                box.assertNotOffered("1.0.0", ON);
            }
        }
        assertThat(rollout().getInt("counts.offered")).isEqualTo(offered);
        assertThat(rollout().getInt("counts.waiting")).isGreaterThanOrEqualTo(12 - offered);
    }

    @Test
    void what_the_agent_says_is_shown_and_counted() throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);
        box.assertOffered(version);
        assertThat(box.update().getString("offered_version")).isEqualTo(version);
        assertThat(rollout().getInt("counts.offered")).isEqualTo(1);

        box.checkin(version, said("trying")).statusCode(200);
        assertThat(rollout().getInt("counts.trying")).isEqualTo(1);
        assertThat(rollout().getInt("counts.offered")).isZero();

        box.checkin(version, said("confirmed")).statusCode(200);
        assertThat(rollout().getInt("counts.confirmed")).isEqualTo(1);
        JsonPath update = box.update();
        assertThat(update.getString("state")).isEqualTo("confirmed");
        assertThat(update.getString("version")).isEqualTo(version);
        assertThat(update.getString("agent_version")).isEqualTo(version);
        assertThat(update.getString("detail")).isEqualTo("why");
        administrator()
                .get("/api/v1/rollout/firewalls?state=confirmed&size=500")
                .then()
                .statusCode(200)
                .body("items.firewall_id", hasItem((int) box.id()));
        administrator()
                .get("/api/v1/rollout/firewalls?state=went_back&size=500")
                .then()
                .body("items.firewall_id", not(hasItem((int) box.id())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"went_back", "refused"})
    void a_version_that_failed_on_a_firewall_is_never_offered_to_it_again(String state)
            throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);
        box.assertOffered(version);

        box.assertNotOffered("1.0.0", said(state));
        // It forgot, or was told to forget.
        box.assertNotOffered("1.0.0", ON);

        put(100, false).statusCode(200);
        box.assertNotOffered("1.0.0", ON);
        Box.enrolled().assertOffered(version);
    }

    @Test
    void failures_halt_it_and_going_on_counts_anew() throws Exception {
        Box first = Box.enrolled();
        Box second = Box.enrolled();
        Box third = Box.enrolled();
        Box fourth = Box.enrolled();
        put(100, false).statusCode(200);
        for (Box box : new Box[] {first, second, third}) {
            box.assertOffered(version);
        }

        first.checkin("1.0.0", said("went_back")).statusCode(200);
        first.checkin("1.0.0", ON).statusCode(200);
        first.checkin("1.0.0", said("refused")).statusCode(200);
        assertThat(rollout().getBoolean("halted")).isFalse();
        assertThat(rollout().getInt("failures")).isEqualTo(1);

        second.checkin("1.0.0", said("refused")).statusCode(200);
        assertThat(rollout().getBoolean("halted")).isTrue();
        assertThat(rollout().getString("halt_reason"))
                .isEqualTo(version + " failed on 2 firewalls");
        assertThat(rollout().getString("changed_by")).startsWith("node:");
        assertThat(audited("rollout.halt")).contains(version + " failed on 2 firewalls");
        fourth.assertNotOffered("1.0.0", ON);

        put(100, false)
                .statusCode(200)
                .body("halted", is(false))
                .body("halt_reason", nullValue())
                .body("failures", equalTo(0));
        fourth.assertOffered(version);
        third.checkin("1.0.0", said("went_back")).statusCode(200);
        assertThat(rollout().getBoolean("halted")).isFalse();
        fourth.checkin("1.0.0", said("went_back")).statusCode(200);
        assertThat(rollout().getBoolean("halted")).isTrue();
    }

    @Test
    void a_failure_of_what_was_not_offered_halts_nothing() throws Exception {
        put(1, false).statusCode(200);
        for (int i = 0; i < 4; i++) {
            Box box = Box.enrolled();
            if (Slot.of(box.id(), version) > 0) {
                box.checkin("1.0.0", said("went_back")).statusCode(200);
            }
        }

        assertThat(rollout().getInt("failures")).isZero();
        assertThat(rollout().getBoolean("halted")).isFalse();
        assertThat(rollout().getInt("counts.went_back")).isGreaterThan(1);
    }

    @Test
    void a_halt_by_a_person_is_at_once_and_audited() throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);
        put(100, true).statusCode(200).body("halted", is(true)).body("halt_reason", nullValue());

        box.assertNotOffered("1.0.0", ON);

        assertThat(audited("rollout.change"))
                .contains("version=%s percentage=100 halted=true".formatted(version));
    }

    @Test
    void whoever_saw_another_release_changes_nothing() throws Exception {
        administrator()
                .body("{\"percentage\": 100, \"halted\": false, \"version\": \"1.0.0\"}")
                .put("/api/v1/rollout")
                .then()
                .statusCode(409)
                .body("code", equalTo("no_release"));

        assertThat(rollout().getInt("percentage")).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "`percentage`: 101, `halted`: false",
                "`percentage`: -1, `halted`: false",
                "`halted`: false",
                "`percentage`: 1"
            })
    void what_is_out_of_bounds_is_refused(String body) throws Exception {
        administrator()
                .body("{" + body.replace('`', '"') + "}")
                .put("/api/v1/rollout")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    @Test
    void counts_and_lists_are_of_firewalls_within_reach() throws Exception {
        String mark = Api.name("mine");
        Box mine = Box.enrolled(mark);
        Box.enrolled(Api.name("others")).checkin("1.0.0", ON).statusCode(200);
        mine.checkin("1.0.0", ON).statusCode(200);
        Person viewer = Person.with("viewer", mark);

        viewer.call()
                .get("/api/v1/rollout")
                .then()
                .statusCode(200)
                .body("counts.waiting", equalTo(1))
                .body("counts.off", equalTo(0));
        viewer.call()
                .get("/api/v1/rollout/firewalls")
                .then()
                .body("total", equalTo(1))
                .body("items[0].firewall_id", equalTo((int) mine.id()));
        viewer.call()
                .body("{\"percentage\": 0, \"halted\": true}")
                .put("/api/v1/rollout")
                .then()
                .statusCode(403)
                .body("code", equalTo("not_allowed"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{`enabled`: `yes`}",
                "{`enabled`: true, `state`: `sideways`}",
                "{`enabled`: true, `version`: `LONG`}",
                "{`enabled`: true, `detail`: `LONG`}",
                "[]"
            })
    void what_is_out_of_form_in_a_checkin_is_refused_and_nothing_is_kept(String update)
            throws Exception {
        Box box = Box.enrolled();

        box.checkin(
                        "1.0.0",
                        "\"update\": " + update.replace('`', '"').replace("LONG", "x".repeat(201)))
                .statusCode(400);

        assertThat(box.update().getBoolean("enabled")).isFalse();
    }

    @Test
    void hostile_text_is_kept_as_text_without_control_characters() throws Exception {
        Box box = Box.enrolled();

        box.checkin(
                        "1.0.0",
                        """
                        "update": {"enabled": true, "state": "refused", "version": "<b>", "detail": "<img src=x>\\u0000\\u001b[2J\\u2028\\n"}\
                        """)
                .statusCode(200);

        JsonPath update = box.update();
        assertThat(update.getString("detail")).isEqualTo("<img src=x>  [2J");
        assertThat(update.getString("version")).isNull();
        assertThat(update.getString("state")).isEqualTo("refused");
    }

    @Test
    void a_check_says_nothing_of_updates() throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);

        bearer(box.token())
                .body("{\"firewall_id\": %d}".formatted(box.id()))
                .post("/api/quickconnect_check")
                .then()
                .statusCode(200)
                .body("has_requests", is(false));
    }

    @Test
    void an_offer_moves_the_firewall_for_those_who_watch_and_the_same_again_does_not()
            throws Exception {
        Box box = Box.enrolled();
        put(100, false).statusCode(200);
        box.assertOffered(version);
        // The first sight of it moves it too, within a second.
        await().until(() ->
                jdbi.withHandle(handle ->
                        handle.createQuery(
                                        "SELECT last_seen IS NOT NULL FROM firewall WHERE id = :id")
                                .bind("id", box.id())
                                .mapTo(Boolean.class)
                                .one()));
        String before = changedAt(box);

        box.assertOffered(version);

        assertThat(changedAt(box)).isEqualTo(before);
        box.checkin("1.0.0", said("trying")).statusCode(200);
        assertThat(changedAt(box)).isNotEqualTo(before);
    }

    private String changedAt(Box box) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT CAST(changed_at AS CHAR) FROM firewall WHERE id = :id")
                        .bind("id", box.id())
                        .mapTo(String.class)
                        .one());
    }

    private java.util.List<String> audited(String action) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT detail FROM audit WHERE action = :action")
                        .bind("action", action)
                        .mapTo(String.class)
                        .list());
    }
}
