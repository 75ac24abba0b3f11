package io.opnmanager.tunnel.broker.audit;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class AuditTest {

    @Inject Jdbi jdbi;
    @Inject Audit audit;

    @Test
    void an_act_is_written_down_with_who_where_and_result() throws Exception {
        long firewall = Api.firewall();
        administrator()
                .queryParam("subject", "firewall:" + firewall)
                .get("/api/v1/audit")
                .then()
                .statusCode(200)
                .body("total", equalTo(1))
                .body("items[0].actor", equalTo("operator:administrator"))
                .body("items[0].action", equalTo("firewall.create"))
                .body("items[0].address", equalTo("127.0.0.1"))
                .body("items[0].result", equalTo("done"));
    }

    @Test
    void entries_come_in_pages_newest_first() throws Exception {
        Caller node = new Caller.Node(Api.name("node"));
        for (String action : new String[] {"one", "two", "three"}) {
            audit.record(node, action, null, Audit.DONE, null);
        }
        administrator()
                .queryParam("actor", node.actor())
                .queryParam("size", 2)
                .get("/api/v1/audit")
                .then()
                .body("items.action", contains("three", "two"))
                .body("total", equalTo(3));
        administrator()
                .queryParam("actor", node.actor())
                .queryParam("action", "one")
                .get("/api/v1/audit")
                .then()
                .body("items.action", contains("one"));
    }

    @Test
    void an_entry_is_never_changed_and_never_deleted() {
        audit.record(new Caller.Node("n"), "kept", null, Audit.DONE, null);
        assertRefused("UPDATE audit SET actor = 'operator:someone'");
        assertRefused("DELETE FROM audit");
    }

    @Test
    void a_long_detail_is_cut_and_outside_of_a_request_there_is_no_address() {
        String actor = Api.name("node");
        audit.record(new Caller.Node(actor), "long", null, Audit.DONE, "\ud83d\ude00".repeat(600));
        String detail =
                jdbi.withHandle(handle ->
                        handle.createQuery(
                                        "SELECT detail FROM audit WHERE actor = :actor AND address IS NULL")
                                .bind("actor", "node:" + actor)
                                .mapTo(String.class)
                                .one());
        assertThat(detail).isEqualTo("\ud83d\ude00".repeat(500));
    }

    @Test
    void an_entry_is_there_only_if_its_act_is() {
        String actor = Api.name("node");
        assertThatThrownBy(() ->
                        jdbi.useTransaction(handle -> {
                            audit.record(
                                    handle,
                                    new Caller.Node(actor),
                                    "undone",
                                    null,
                                    Audit.DONE,
                                    null);
                            throw new IllegalStateException("undone");
                        }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(entries("node:" + actor)).isZero();
    }

    @Test
    void a_refused_act_is_written_down_but_a_flood_is_not() throws Exception {
        long firewall = Api.firewall();
        String token = Api.enrolled(firewall);
        for (int i = 0; i < 30; i++) {
            bearer(token).get("/api/v1/firewalls").then().statusCode(403);
        }
        // Refusals of other tests come from the same address and count as well.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> refusals("firewall:" + firewall) + refusalsLeftOut() >= 1);
        assertThat(refusals("firewall:" + firewall)).isLessThanOrEqualTo(11);
    }

    private long refusals(String actor) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "SELECT COUNT(*) FROM audit WHERE actor = :actor AND action = 'refused' AND result = 'not_allowed'")
                        .bind("actor", actor)
                        .mapTo(Long.class)
                        .one());
    }

    private long refusalsLeftOut() {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT COUNT(*) FROM audit WHERE action = 'refusals'")
                        .mapTo(Long.class)
                        .one());
    }

    private long entries(String actor) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT COUNT(*) FROM audit WHERE actor = :actor")
                        .bind("actor", actor)
                        .mapTo(Long.class)
                        .one());
    }

    private void assertRefused(String statement) {
        assertThatThrownBy(() -> jdbi.useHandle(handle -> handle.execute(statement)))
                .isInstanceOf(UnableToExecuteStatementException.class)
                .hasMessageContaining("the audit is append-only");
    }
}
