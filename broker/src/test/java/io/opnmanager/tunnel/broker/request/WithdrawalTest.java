package io.opnmanager.tunnel.broker.request;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.Person;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator may no longer have ends, on whichever node it was decided. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class WithdrawalTest {

    /** Two seconds, and one for a machine that is busy with other tests. */
    private static final Duration SWEPT = Duration.ofSeconds(12);

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
    void a_narrowed_reach_ends_what_is_out_of_it_at_once_and_nothing_else() throws Exception {
        String other = Api.name("other");
        long stays = Api.firewall(other);
        Api.enrolled(stays);
        Person operator = Person.with("operator", mark, other);
        long gone = operator.open(firewall);
        long kept = operator.open(stays);

        operator.becomes("operator", other);

        assertWithdrawn(gone, "the operator may no longer connect to this firewall");
        assertPending(kept);
    }

    @Test
    void an_operator_who_becomes_a_viewer_loses_everything_open_at_once() throws Exception {
        Person operator = Person.with("operator");
        long request = operator.open(firewall);

        operator.becomes("viewer");

        assertWithdrawn(request, "the operator may no longer connect to this firewall");
    }

    @Test
    void an_operator_who_is_removed_loses_everything_open_at_once() throws Exception {
        Person operator = Person.with("operator");
        long request = operator.open(firewall);

        administrator().delete("/api/v1/operators/" + operator.name()).then().statusCode(204);

        assertWithdrawn(request, "the operator was removed");
    }

    @Test
    void a_firewall_that_loses_its_tag_is_taken_from_who_reached_it_by_that_tag() throws Exception {
        Person limited = Person.with("operator", mark);
        Person free = Person.with("operator");
        long gone = limited.open(firewall);
        long kept = free.open(firewall);

        Api.tag(firewall, "something-else");

        assertWithdrawn(gone, "the operator may no longer connect to this firewall");
        assertPending(kept);
    }

    @Test
    void a_wider_reach_ends_nothing() throws Exception {
        Person operator = Person.with("operator", mark);
        long request = operator.open(firewall);

        operator.becomes("administrator");
        Api.tag(firewall, mark, "more");

        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertPending(request));
    }

    @Test
    void what_another_node_took_away_is_swept_within_two_seconds() throws Exception {
        Person byRole = Person.with("operator");
        Person byTag = Person.with("operator", mark);
        long first = byRole.open(firewall);
        long second = byTag.open(firewall);

        // As another node writes it: this one is told of nothing.
        jdbi.useTransaction(handle -> {
            handle.execute("UPDATE operator SET role = 'viewer' WHERE name = ?", byRole.name());
            handle.execute("DELETE FROM firewall_tag WHERE firewall_id = ?", firewall);
            handle.execute("UPDATE identity_change SET number = number + 1");
        });

        for (long request : new long[] {first, second}) {
            await().atMost(SWEPT)
                    .untilAsserted(() ->
                            assertWithdrawn(
                                    request,
                                    "the operator may no longer connect to this firewall"));
        }
    }

    private static void assertWithdrawn(long request, String detail) throws Exception {
        administrator()
                .get("/api/v1/requests/" + request)
                .then()
                .body("status", equalTo("disconnected"))
                .body("end_reason", equalTo("rights_withdrawn"))
                .body("detail", equalTo(detail));
    }

    private static void assertPending(long request) throws Exception {
        administrator()
                .get("/api/v1/requests/" + request)
                .then()
                .body("status", equalTo("pending"));
    }
}
