package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.Loopback;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code tunnelctl doctor} finds what was put in the way, and says what to do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TunnelctlDoctorTest {

    private World world;
    private Tunnelctl tunnelctl;

    @BeforeAll
    void start() throws Exception {
        world = World.named("ctl-doctor").start();
        tunnelctl = new Tunnelctl(world.folder().resolve("tunnelctl"));
    }

    @AfterAll
    void end() {
        world.close();
    }

    private Tunnelctl.Ended doctor(String broker, String... more) throws Exception {
        var arguments = new ArrayList<>(List.of("doctor", "--output", "json", "--broker", broker));
        arguments.addAll(List.of(more));
        return tunnelctl.run(arguments.toArray(String[]::new));
    }

    private static JsonNode finding(Tunnelctl.Ended ended, String check) {
        return ended.json()
                .path("findings")
                .valueStream()
                .filter(one -> one.path("check").asText().equals(check))
                .findFirst()
                .orElseThrow(() -> new AssertionError(check + " is not in " + ended.out()));
    }

    private static void assertFound(
            Tunnelctl.Ended ended, String check, String verdict, String found, String advice) {
        JsonNode finding = finding(ended, check);
        assertThat(finding.path("verdict").asText()).as("%s", finding).isEqualTo(verdict);
        assertThat(finding.path("found").asText()).contains(found);
        assertThat(finding.path("advice").asText()).contains(advice);
    }

    private String authority() {
        return world.broker().certificates().authorityFile().toString();
    }

    @Test
    void where_nothing_is_in_the_way_it_says_so() throws Exception {
        world.addOperator("kim", "operator");
        tunnelctl
                .runWith(
                        World.PASSWORD,
                        "login",
                        "--broker",
                        world.broker().uri().toString(),
                        "--ca-file",
                        authority(),
                        "--operator",
                        "kim",
                        "--password-file",
                        "-")
                .succeeded();

        Tunnelctl.Ended ended = tunnelctl.run("doctor", "--output", "json").succeeded();

        for (String check :
                List.of(
                        "proxy",
                        "dns",
                        "tcp",
                        "tls",
                        "broker",
                        "clock",
                        "websocket",
                        "sign-in",
                        "ssh")) {
            assertThat(finding(ended, check).path("verdict").asText()).as(check).isEqualTo("ok");
        }
        assertThat(tunnelctl.run("doctor").succeeded().out()).endsWith("Nothing is in the way.\n");
    }

    @Test
    void a_name_without_an_address() throws Exception {
        Tunnelctl.Ended ended = doctor("https://broker.invalid");
        assertThat(ended.code()).isEqualTo(1);
        assertFound(ended, "dns", "failed", "broker.invalid has no address", "Check the name");
        assertFound(ended, "ssh", "skipped", "no connection", "");
    }

    @Test
    void a_port_that_nobody_listens_on() throws Exception {
        Tunnelctl.Ended ended = doctor("https://127.0.0.1:" + Loopback.freePort());
        assertThat(ended.code()).isEqualTo(1);
        assertFound(ended, "tcp", "failed", "Connection refused", "HTTPS_PROXY");
    }

    @Test
    void a_proxy_that_is_not_there() throws Exception {
        Tunnelctl behind = new Tunnelctl(world.folder().resolve("behind"));
        behind.with("HTTPS_PROXY", "http://127.0.0.1:" + Loopback.freePort());
        Tunnelctl.Ended ended =
                behind.run("doctor", "--output", "json", "--broker", "https://broker.invalid");
        assertThat(ended.code()).isEqualTo(1);
        assertFound(ended, "proxy", "ok", "127.0.0.1:", "");
        assertFound(ended, "dns", "skipped", "the proxy looks names up", "");
        assertFound(ended, "tcp", "failed", "", "let this port through");
    }

    @Test
    void somebody_who_opens_tls_on_the_way() throws Exception {
        String other =
                Certificates.make(world.folder().resolve("other-authority"))
                        .authorityFile()
                        .toString();
        Tunnelctl.Ended ended = doctor(world.broker().uri().toString(), "--ca-file", other);
        assertThat(ended.code()).isEqualTo(1);
        assertFound(
                ended,
                "tls",
                "failed",
                "issued by CN=OPNManager Tunnel demo authority",
                "have the broker's host exempted");
    }

    @Test
    void what_speaks_no_tls() throws Exception {
        Tunnelctl.Ended ended = doctor("https://127.0.0.1:" + world.broker().sshPort());
        assertThat(ended.code()).isEqualTo(1);
        assertFound(ended, "tls", "failed", "", "Is the port right?");
    }

    @Test
    void a_clock_that_is_wrong_and_an_upgrade_that_is_swallowed() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerAll(listener));

            Tunnelctl.Ended ended = doctor("http://127.0.0.1:" + listener.getLocalPort());

            assertThat(ended.code()).isEqualTo(1);
            assertFound(ended, "clock", "failed", "s away from the broker's", "NTP");
            assertFound(
                    ended, "websocket", "warning", "answered with HTTP/1.1 200", "reverse proxy");
        }
    }

    /** A web server from long ago that knows one answer. */
    private static void answerAll(ServerSocket listener) {
        try {
            while (true) {
                try (Socket caller = listener.accept()) {
                    var lines =
                            new BufferedReader(
                                    new InputStreamReader(
                                            caller.getInputStream(), StandardCharsets.US_ASCII));
                    String line = lines.readLine();
                    while (line != null && !line.isEmpty()) {
                        line = lines.readLine();
                    }
                    caller.getOutputStream()
                            .write(
                                    """
                                    HTTP/1.1 200 OK\r
                                    Date: Fri, 01 Jan 2021 00:00:00 GMT\r
                                    Content-Length: 2\r
                                    Connection: close\r
                                    \r
                                    {}\
                                    """
                                            .getBytes(StandardCharsets.US_ASCII));
                }
            }
        } catch (IOException e) {
            // Closed.
        }
    }
}
