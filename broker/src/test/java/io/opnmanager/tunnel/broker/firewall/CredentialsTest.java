package io.opnmanager.tunnel.broker.firewall;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.opnmanager.tunnel.broker.identity.Secrets;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class CredentialsTest {

    @Inject Jdbi jdbi;
    @Inject Cuts cuts;

    @Test
    void rotating_gives_a_new_token_and_the_old_one_is_refused_at_once() throws Exception {
        long firewall = Api.firewall();
        String old = Api.enrolled(firewall);

        String fresh =
                administrator()
                        .post("/api/v1/firewalls/" + firewall + "/agent-token")
                        .then()
                        .statusCode(200)
                        .extract()
                        .path("agent_token");

        refused(old);
        bearer(fresh).get("/api/test/whoami").then().statusCode(200);
        assertThat(cuts.of(firewall)).isEqualTo(1);
    }

    @Test
    void with_an_overlap_the_token_that_the_agent_holds_goes_on_until_it_is_over()
            throws Exception {
        long firewall = Api.firewall();
        String old = Api.enrolled(firewall);

        String lost = rotated(firewall, 600);
        String fresh = rotated(firewall, 600);

        bearer(old).get("/api/test/whoami").then().statusCode(200);
        refused(lost);
        bearer(fresh).get("/api/test/whoami").then().statusCode(200);
        assertThat(cuts.of(firewall)).isZero();
        jdbi.useHandle(handle ->
                handle.execute(
                        "UPDATE firewall SET former_token_until = UTC_TIMESTAMP(6), credential_changed_at = UTC_TIMESTAMP(6) WHERE id = ?",
                        firewall));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> bearer(old).get("/api/test/whoami").then().statusCode(401));
        bearer(fresh).get("/api/test/whoami").then().statusCode(200);
    }

    @Test
    void revoking_and_rotating_without_an_overlap_end_a_former_token_too() throws Exception {
        long firewall = Api.firewall();
        String old = Api.enrolled(firewall);
        String second = rotated(firewall, 600);

        String third = rotated(firewall, 0);

        refused(old);
        refused(second);
        String fourth = rotated(firewall, 600);
        administrator()
                .delete("/api/v1/firewalls/" + firewall + "/agent-token")
                .then()
                .statusCode(204);
        refused(third);
        refused(fourth);
        administrator()
                .post("/api/v1/firewalls/" + firewall + "/agent-token?overlap=604801")
                .then()
                .statusCode(400)
                .body("code", equalTo("invalid_field"));
    }

    private static String rotated(long firewall, int overlap) throws IOException {
        return administrator()
                .post("/api/v1/firewalls/" + firewall + "/agent-token?overlap=" + overlap)
                .then()
                .statusCode(200)
                .extract()
                .path("agent_token");
    }

    @Test
    void revoking_refuses_the_token_at_once_and_forgets_the_key() throws Exception {
        long firewall = Api.firewall();
        String old = Api.enrolled(firewall);
        String pending = Api.enrolmentToken(firewall);

        administrator()
                .delete("/api/v1/firewalls/" + firewall + "/agent-token")
                .then()
                .statusCode(204);

        refused(old);
        assertThat(cuts.of(firewall)).isEqualTo(1);
        administrator()
                .get("/api/v1/firewalls/" + firewall)
                .then()
                .body("enrolled", is(false))
                .body("ssh_key_fingerprint", nullValue());
        Api.stranger()
                .body(Api.ask(pending, Api.SSH_KEY))
                .post("/api/test/enroll")
                .then()
                .statusCode(401)
                .body("code", equalTo("enrolment_token_refused"));
    }

    @Test
    void what_another_node_revokes_is_refused_within_moments() throws Exception {
        long firewall = Api.firewall();
        String token = Api.enrolled(firewall);

        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE firewall SET agent_token_hash = NULL, ssh_public_key = NULL, ssh_key_fingerprint = NULL,
                                    credential_changed_at = UTC_TIMESTAMP(6)
                                WHERE id = :id
                                """)
                        .bind("id", firewall)
                        .execute());

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> bearer(token).get("/api/test/whoami").then().statusCode(401));
        // Told after all tokens of one look were taken out of use.
        await().atMost(Duration.ofSeconds(10)).until(() -> cuts.of(firewall) == 1);
    }

    @Test
    void what_another_node_enrols_may_come_in_within_moments() throws Exception {
        long firewall = Api.firewall();
        String token = Secrets.newToken(Secrets.AGENT_PREFIX);

        jdbi.useHandle(handle ->
                handle.createUpdate(
                                """
                                UPDATE firewall SET agent_token_hash = :hash, ssh_public_key = 'k', ssh_key_fingerprint = 'f',
                                    credential_changed_at = UTC_TIMESTAMP(6)
                                WHERE id = :id
                                """)
                        .bind("id", firewall)
                        .bind("hash", Secrets.hash(token))
                        .execute());

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> bearer(token).get("/api/test/whoami").then().statusCode(200));
        assertThat(cuts.of(firewall)).isZero();
    }

    @Test
    void a_firewall_without_credential_has_nothing_to_rotate() throws Exception {
        administrator()
                .post("/api/v1/firewalls/" + Api.firewall() + "/agent-token")
                .then()
                .statusCode(409)
                .body("code", equalTo("not_enrolled"));
    }

    @Test
    void revoking_nothing_is_no_error_but_an_unknown_firewall_is() throws Exception {
        administrator()
                .delete("/api/v1/firewalls/" + Api.firewall() + "/agent-token")
                .then()
                .statusCode(204);
        administrator()
                .delete("/api/v1/firewalls/999999/agent-token")
                .then()
                .statusCode(404)
                .body("code", equalTo("firewall_unknown"));
    }

    private static void refused(String token) {
        bearer(token)
                .get("/api/test/whoami")
                .then()
                .statusCode(401)
                .body("code", equalTo("not_authenticated"));
    }

    /** Hears which credentials were cut. */
    @Singleton
    static class Cuts {

        private final List<Long> firewalls = new CopyOnWriteArrayList<>();

        void heard(@Observes CredentialRevoked event) {
            firewalls.add(event.firewallId());
        }

        long of(long firewall) {
            return firewalls.stream().filter(cut -> cut == firewall).count();
        }
    }
}
