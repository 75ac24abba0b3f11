package io.opnmanager.tunnel.broker.firewall;

import static io.opnmanager.tunnel.broker.Api.administrator;
import static io.opnmanager.tunnel.broker.Api.ask;
import static io.opnmanager.tunnel.broker.Api.bearer;
import static io.opnmanager.tunnel.broker.Api.stranger;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;

import io.opnmanager.tunnel.broker.Api;
import io.opnmanager.tunnel.broker.TestDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class EnrolmentTest {

    @Inject Jdbi jdbi;

    @Test
    void a_token_is_traded_for_the_credential_of_its_firewall() throws Exception {
        long firewall = Api.firewall();
        String token = Api.enrolmentToken(firewall);

        String agentToken =
                stranger()
                        .body(ask(token, Api.SSH_KEY + " root@box"))
                        .post("/api/test/enroll")
                        .then()
                        .statusCode(200)
                        .body("firewall_id", equalTo((int) firewall))
                        .body("agent_token", matchesPattern("opa_[A-Za-z0-9_-]{43}"))
                        .body("ssh_user", equalTo("fw-" + firewall))
                        .body("ssh_port", equalTo(2222))
                        .body("check_interval", equalTo(15))
                        .body("checkin_interval", equalTo(60))
                        .extract()
                        .path("agent_token");

        bearer(agentToken)
                .get("/api/test/whoami")
                .then()
                .statusCode(200)
                .body(equalTo("\"firewall:%1$d firewall:%1$d 127.0.0.1\"".formatted(firewall)));
        administrator()
                .get("/api/v1/firewalls/" + firewall)
                .then()
                .body("enrolled", is(true))
                .body("hostname", equalTo("box.example"))
                .body(
                        "ssh_key_fingerprint",
                        equalTo("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"));
    }

    @Test
    void neither_token_stands_in_the_database() throws Exception {
        long firewall = Api.firewall();
        String enrolmentToken = Api.enrolmentToken(firewall);
        assertThat(enrolmentToken).matches("ope_[A-Za-z0-9_-]{43}");
        String dump =
                jdbi.withHandle(handle ->
                        handle.createQuery(
                                        "SELECT HEX(token_hash) FROM enrolment_token WHERE firewall_id = :id")
                                .bind("id", firewall)
                                .mapTo(String.class)
                                .one());
        assertThat(dump).hasSize(64);
    }

    @Test
    void of_many_at_the_same_moment_one_gets_the_credential() throws Exception {
        long firewall = Api.firewall();
        String token = Api.enrolmentToken(firewall);
        List<Future<Integer>> answers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> enroll =
                    () ->
                            stranger()
                                    .body(ask(token, Api.SSH_KEY))
                                    .post("/api/test/enroll")
                                    .statusCode();
            for (int i = 0; i < 4; i++) {
                answers.add(threads.submit(enroll));
            }
        }
        List<Integer> codes = new ArrayList<>();
        for (Future<Integer> answer : answers) {
            codes.add(answer.get());
        }
        assertThat(codes).containsExactlyInAnyOrder(200, 401, 401, 401);
    }

    @Test
    void an_expired_token_is_refused() throws Exception {
        long firewall = Api.firewall();
        String token = Api.enrolmentToken(firewall);
        jdbi.useHandle(handle ->
                handle.createUpdate(
                                "UPDATE enrolment_token SET expires_at = UTC_TIMESTAMP(6) WHERE firewall_id = :id")
                        .bind("id", firewall)
                        .execute());
        refused(token);
    }

    @Test
    void a_token_lasts_a_day() throws Exception {
        String expiresAt =
                administrator()
                        .post("/api/v1/firewalls/" + Api.firewall() + "/enrolment-token")
                        .then()
                        .extract()
                        .path("expires_at");
        assertThat(Duration.between(Instant.now(), Instant.parse(expiresAt)))
                .isBetween(
                        Duration.ofHours(24).minusMinutes(1), Duration.ofHours(24).plusSeconds(5));
    }

    @Test
    void an_unknown_token_and_another_kind_of_token_are_refused() throws Exception {
        refused("ope_unknown");
        refused(Api.enrolled(Api.firewall()));
    }

    @Test
    void a_token_is_dead_once_another_was_made() throws Exception {
        long firewall = Api.firewall();
        String first = Api.enrolmentToken(firewall);
        Api.enrolmentToken(firewall);
        refused(first);
    }

    @Test
    void a_refused_key_or_page_does_not_use_up_the_token() throws Exception {
        String token = Api.enrolmentToken(Api.firewall());
        stranger()
                .body(ask(token, "ssh-dss AAAA"))
                .post("/api/test/enroll")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("ssh_key_refused"));
        stranger()
                .body(
                        ask(token, Api.SSH_KEY)
                                .replace("}", ", \"web_target\": \"https://169.254.169.254:80\"}"))
                .post("/api/test/enroll")
                .then()
                .statusCode(400)
                .body("code", equalTo("target_refused"));
        stranger().body(ask(token, Api.SSH_KEY)).post("/api/test/enroll").then().statusCode(200);
    }

    @Test
    void enrolling_again_replaces_the_credential_at_once() throws Exception {
        long firewall = Api.firewall();
        String before = Api.enrolled(firewall);
        String after = Api.enrolled(firewall);
        bearer(before).get("/api/test/whoami").then().statusCode(401);
        bearer(after).get("/api/test/whoami").then().statusCode(200);
    }

    @Test
    void an_unknown_firewall_gets_no_token() throws Exception {
        administrator()
                .post("/api/v1/firewalls/999999/enrolment-token")
                .then()
                .statusCode(404)
                .body("code", equalTo("firewall_unknown"));
    }

    private static void refused(String token) {
        stranger()
                .body(ask(token, Api.SSH_KEY))
                .post("/api/test/enroll")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .body("code", equalTo("enrolment_token_refused"));
    }
}
