package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.Loopback;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The broker is real, and where its SSH entrance should be, somebody else answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImpostorTest {

    private static final Duration SOON = Duration.ofSeconds(25);

    private World world;

    @BeforeAll
    void start() throws Exception {
        int port = Loopback.freePort();
        world =
                World.named("impostor")
                        .firewalls(1)
                        .with("opnmanager.ssh.public-host", "127.0.0.1")
                        .with("opnmanager.ssh.public-port", Integer.toString(port))
                        .start();
        var _ = world.with(OpenSshServer.start(world.folder().resolve("impostor"), port));
    }

    @AfterAll
    void end() {
        world.close();
    }

    private void assertRefused(long firewall) throws Exception {
        JsonNode asked = world.operator().open(firewall);

        JsonNode ended = world.assertEnds(asked, "timeout", "agent_failed", SOON);
        assertThat(ended.path("detail").asText()).contains("host key");
        world.assertNothingLeft(asked);
    }

    @Test
    void the_agent_refuses_its_host_key() throws Exception {
        assertRefused(world.firewall().id());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox ash", "bash --posix", "mksh"})
    void the_agent_of_sh_refuses_its_host_key(String shell) throws Exception {
        String name = shell.replaceAll(" .*", "");
        FirewallPage page = world.with(FirewallPage.start(name));
        long id = world.operator().createFirewall(name, page.target());
        ShellFirewall firewall =
                world.with(new ShellFirewall(shell, world.folder().resolve(name), id, page));
        Script.Ended enrolled =
                firewall.enrol(
                        world.broker(),
                        world.operator().enrolmentToken(id),
                        ShellFirewall.trusting(world.broker()));
        assertThat(enrolled.code()).as(enrolled.output()).isZero();
        firewall.start();
        Eventually.within(
                SOON,
                () -> assertThat(firewall.program().output()).contains("agent started firewall="));

        assertRefused(id);
        firewall.stop();
    }
}
