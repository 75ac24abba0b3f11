package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;

/**
 * A firewall that is no more than a credential: no agent runs for it.
 *
 * @param id of the firewall
 * @param token of its agent
 */
record EnrolledFirewall(long id, String token) {

    /** A new one of this name. */
    static EnrolledFirewall in(World world, String name) throws Exception {
        long id = world.operator().createFirewall(name, "https://localhost:443");
        return enrolled(world, id, ask(world.operator().enrolmentToken(id)));
    }

    /** What an agent asks for with a token; a test may say other things in it. */
    static ObjectNode ask(String enrolmentToken) {
        return OperatorClient.object()
                .put("enrolment_token", enrolmentToken)
                .put("hostname", "box")
                .put("agent_version", "1")
                .put("platform", "any")
                .put("ssh_public_key", SshKeys.publicKey());
    }

    static EnrolledFirewall enrolled(World world, long id, ObjectNode ask) throws Exception {
        Answer answer = world.nobody().call("POST", "/api/enroll", ask);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return new EnrolledFirewall(id, answer.body().path("agent_token").asText());
    }

    /** Speaks as its agent, until the world is closed. */
    OperatorClient client(World world) {
        return world.with(
                OperatorClient.bearer(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        token));
    }
}
