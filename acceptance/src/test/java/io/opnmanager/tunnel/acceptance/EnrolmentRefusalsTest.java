package io.opnmanager.tunnel.acceptance;

import static io.opnmanager.tunnel.acceptance.Refusals.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What gets a firewall no credential, and ends the one that it has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EnrolmentRefusalsTest {

    private World world;

    @BeforeAll
    void start() throws Exception {
        world = World.named("enrolment").start();
    }

    @AfterAll
    void end() {
        world.close();
    }

    private Answer enrol(ObjectNode ask) throws Exception {
        return world.nobody().call("POST", "/api/enroll", ask);
    }

    private void assertTokenRefused(String token) throws Exception {
        var before = world.rows().counts();
        assertProblem(enrol(EnrolledFirewall.ask(token)), 401, "enrolment_token_refused");
        assertThat(world.rows().counts()).isEqualTo(before);
    }

    @Test
    void a_token_that_is_unknown() throws Exception {
        assertTokenRefused("0".repeat(43));
    }

    @Test
    void tokens_that_are_used_expired_or_replaced() throws Exception {
        long id = world.operator().createFirewall("tokens", "https://localhost:443");
        String replaced = world.operator().enrolmentToken(id);
        String expired = world.operator().enrolmentToken(id);
        world.rows().expireEnrolmentToken(id);

        assertTokenRefused(replaced);
        assertTokenRefused(expired);
        assertThat(world.operator().firewall(id).path("enrolled").asBoolean()).isFalse();

        String used = world.operator().enrolmentToken(id);
        assertThat(enrol(EnrolledFirewall.ask(used)).status()).isEqualTo(200);
        assertTokenRefused(used);
        assertThat(world.operator().firewall(id).path("enrolled").asBoolean()).isTrue();
    }

    @Test
    void an_agent_token_that_was_rotated_is_dead_at_once() throws Exception {
        EnrolledFirewall rotated = EnrolledFirewall.in(world, "rotated");
        OperatorClient agent = rotated.client(world);
        ObjectNode check = OperatorClient.object().put("firewall_id", rotated.id());
        assertThat(agent.call("POST", "/api/quickconnect_check", check).status()).isEqualTo(200);

        Answer rotation =
                world.operator()
                        .call("POST", "/api/v1/firewalls/" + rotated.id() + "/agent-token", null);

        assertThat(rotation.status()).isEqualTo(200);
        assertProblem(
                agent.call("POST", "/api/quickconnect_check", check), 401, "not_authenticated");
        var fresh =
                new EnrolledFirewall(rotated.id(), rotation.body().path("agent_token").asText());
        assertThat(fresh.client(world).call("POST", "/api/quickconnect_check", check).status())
                .isEqualTo(200);
    }

    @Test
    void ssh_keys_that_are_weak_or_no_keys() throws Exception {
        long id = world.operator().createFirewall("keys", "https://localhost:443");
        String token = world.operator().enrolmentToken(id);
        for (String key :
                List.of(
                        "ssh-dss AAAAB3NzaC1kc3M=",
                        "ssh-ed25519 AAAA",
                        "ssh-ed25519",
                        "not a key",
                        "command=\"id\" " + SshKeys.publicKey(),
                        SshKeys.publicKey() + "\n" + SshKeys.publicKey())) {
            assertProblem(
                    enrol(EnrolledFirewall.ask(token).put("ssh_public_key", key)),
                    400,
                    "ssh_key_refused");
        }
    }
}
