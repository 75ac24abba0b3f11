package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.TunnelClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * An operator at a terminal, through the gateway to a firewall.
 *
 * <p>Long because all of it is said to one broker and one firewall, which are dear to start.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TunnelctlTest {

    private static final int CTRL_C = 130;

    private World world;
    private EchoService echo;
    private Tunnelctl kim;

    @BeforeAll
    void start() throws Exception {
        echo = EchoService.start();
        world = World.named("ctl").gateway().start();
        var _ = world.with(echo);
        world.addFirewall("fw-21", "localhost:" + echo.port());
        world.addOperator("kim", "operator");
        kim = signedIn("kim");
    }

    @AfterAll
    void end() {
        world.close();
    }

    private Tunnelctl fresh(String name) throws Exception {
        return new Tunnelctl(world.folder().resolve("tunnelctl-" + name));
    }

    private Tunnelctl signedIn(String name) throws Exception {
        Tunnelctl tunnelctl = fresh(name);
        login(tunnelctl, name, World.PASSWORD).succeeded();
        return tunnelctl;
    }

    private Tunnelctl.Ended login(Tunnelctl tunnelctl, String name, String password)
            throws Exception {
        return tunnelctl.runWith(
                password,
                "login",
                "--broker",
                world.broker().uri().toString(),
                "--ca-file",
                world.broker().certificates().authorityFile().toString(),
                "--operator",
                name,
                "--password-file",
                "-");
    }

    private String echoTarget() {
        return "localhost:" + echo.port();
    }

    /** What comes back when this is said and nothing more. */
    private static String said(int port, String words) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(words.getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private List<JsonNode> live(String operator) throws Exception {
        return world.live().stream()
                .filter(one -> one.path("requested_by").asText().equals(operator))
                .toList();
    }

    @Test
    void what_a_sign_in_leaves_is_for_its_owner_alone_and_holds_no_password() throws Exception {
        Tunnelctl other = signedIn("kim-again", "kim");
        try (Stream<Path> files = Files.list(other.home())) {
            for (Path file : files.toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .as(file.toString())
                        .isEqualTo("rw-------");
                assertThat(Files.readString(file)).doesNotContain(World.PASSWORD);
            }
        }
        Files.setPosixFilePermissions(
                other.home().resolve("sign-in.json"), PosixFilePermissions.fromString("rw-r--r--"));
        other.run("firewalls").failed(2, "wanted a file that only you can read (0600)");
    }

    private Tunnelctl signedIn(String folder, String name) throws Exception {
        Tunnelctl tunnelctl = fresh(folder);
        login(tunnelctl, name, World.PASSWORD).succeeded();
        return tunnelctl;
    }

    @Test
    void each_failure_has_its_exit_code_and_says_what_to_do() throws Exception {
        Tunnelctl nobody = fresh("nobody");
        nobody.run("firewalls").failed(4, "nobody is signed in: run tunnelctl login");
        nobody.run("login").failed(2, "which broker? Name it: tunnelctl login --broker");
        nobody.run("login", "--broker", "http://broker.test").failed(2, "wanted https");
        nobody.run("frwalls").failed(2, "Did you mean: tunnelctl firewalls");
        nobody.run(
                        "login",
                        "--broker",
                        "https://127.0.0.1:" + Loopback.freePort(),
                        "--token-file",
                        "/dev/null")
                .failed(2, "--token-file: wanted a secret, found nothing");
        login(fresh("wrong"), "kim", "not the password at all").failed(4, "not_authenticated");
        kim.run("forward", "fw-22").failed(5, "no firewall is called fw-22");
        kim.run("forward", "fw").failed(5, "did you mean fw-21?");
        kim.run("forward", "fw-21", "--target", "telnet").failed(2, "--target: wanted ssh");
        kim.run("forward", "fw-21", "-L", "nowhere").failed(2, "-L: wanted port or address:port");
        kim.run("--broker", "https://other.test", "firewalls")
                .failed(4, "not at https://other.test");
        kim.run("--profile", "../x", "firewalls").failed(2, "--profile: wanted letters");
    }

    @Test
    void a_broker_that_is_away_or_not_trusted_is_said_so() throws Exception {
        Tunnelctl nobody = fresh("away");
        String nowhere = "https://127.0.0.1:" + Loopback.freePort();
        nobody.runWith("x", "login", "--broker", nowhere, "--token-file", "-")
                .failed(3, nowhere + " cannot be reached");
        nobody.runWith(
                        "x",
                        "login",
                        "--broker",
                        world.broker().uri().toString(),
                        "--token-file",
                        "-")
                .failed(3, "unable to find valid certification path");
    }

    @Test
    void signing_out_revokes_what_signing_in_made() throws Exception {
        Tunnelctl other = signedIn("leaving", "kim");
        Path certificate = other.home().resolve("operator.pem");
        String token =
                new ObjectMapper()
                        .readTree(other.home().resolve("sign-in.json").toFile())
                        .path("token")
                        .asText();
        try (var client =
                OperatorClient.bearer(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        token)) {
            assertThat(client.call("GET", "/api/v1/sign-in", null).status()).isEqualTo(200);
            assertThat(certificate).exists();

            assertThat(
                            other.run("logout", "--output", "json")
                                    .succeeded()
                                    .json()
                                    .path("signed_out"))
                    .hasToString("true");

            assertThat(client.call("GET", "/api/v1/sign-in", null).status()).isEqualTo(401);
            assertThat(certificate).doesNotExist();
        }
        other.run("firewalls").failed(4, "nobody is signed in");
        other.run("logout").succeeded();
    }

    @Test
    void a_token_that_was_made_elsewhere_signs_in_and_stays_when_signing_out() throws Exception {
        Tunnelctl other = fresh("token");
        try (OperatorClient administrator = world.broker().administratorClient()) {
            String token = administrator.token("made elsewhere");
            assertThat(
                            other.runWith(
                                            token,
                                            "login",
                                            "--broker",
                                            world.broker().uri().toString(),
                                            "--ca-file",
                                            world.broker()
                                                    .certificates()
                                                    .authorityFile()
                                                    .toString(),
                                            "--token-file",
                                            "-")
                                    .succeeded()
                                    .out())
                    .startsWith("Signed in as administrator at ");
            other.run("logout").succeeded();
            try (var client =
                    OperatorClient.bearer(
                            world.broker().uri(),
                            world.broker().certificates().clientContext(),
                            token)) {
                assertThat(client.call("GET", "/api/v1/sign-in", null).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void firewalls_are_listed_for_people_and_for_programs() throws Exception {
        assertThat(kim.run("firewalls").succeeded().out())
                .containsPattern("ID +NAME +STATE +TAGS +KIND +LAST SEEN")
                .containsPattern("\\d+ +fw-21 +online +- +generic");
        assertThat(
                        kim.run("firewalls", "fw-2", "--online", "--output", "json")
                                .succeeded()
                                .json()
                                .path("items"))
                .singleElement()
                .satisfies(one -> assertThat(one.path("name").asText()).isEqualTo("fw-21"));
        assertThat(
                        kim.run("firewalls", "--tag", "nowhere", "--output", "json")
                                .succeeded()
                                .json()
                                .path("items"))
                .isEmpty();
    }

    @Test
    void the_firewalls_page_is_at_a_local_port_until_ctrl_c() throws Exception {
        FirewallPage page = world.firewall().page();
        JsonNode request;
        try (Tunnelctl.Running forward = kim.start("forward", "fw-21", "--output", "json")) {
            JsonNode open = forward.awaitOpen("https://");
            request = world.operator().request(open.path("request_id").asLong());
            assertThat(open.hasNonNull("expires_at")).isTrue();
            try (var client = new TunnelClient(open.path("port").asInt(), page.fingerprint())) {
                assertThat(client.read("/").body()).contains("fw-21");
            }
            assertThat(kim.run("sessions").succeeded().out())
                    .containsPattern(request.path("id").asText() + " +fw-21 .* active +kim");

            forward.interrupt();

            assertThat(forward.program().awaitExit(Duration.ofSeconds(30))).isEqualTo(CTRL_C);
        }
        world.assertEnds(request, "disconnected", "closed", Eventually.SOON);
        world.assertNothingLeft(request);
    }

    @Test
    void several_targets_are_forwarded_at_once() throws Exception {
        int first = Loopback.freePort();
        int second = Loopback.freePort();
        try (Tunnelctl.Running forward =
                kim.start(
                        "forward",
                        "fw-21",
                        "-L",
                        "127.0.0.1:" + first,
                        "--target",
                        echoTarget(),
                        "-L",
                        Integer.toString(second),
                        "--target",
                        "https",
                        "--output",
                        "json")) {
            assertThat(forward.awaitOpen(echoTarget()).path("port").asInt()).isEqualTo(first);
            assertThat(forward.awaitOpen("https://").path("port").asInt()).isEqualTo(second);
            assertThat(said(first, "hello")).isEqualTo("hello");
            assertThat(live("kim")).hasSize(2);

            String closed = forward.awaitOpen(echoTarget()).path("request_id").asText();
            kim.run("close", closed).succeeded();
            var _ = forward.awaitState("ended", echoTarget());
            try (Socket again = new Socket(InetAddress.getLoopbackAddress(), first)) {
                Eventually.within(Eventually.GONE, () -> assertThat(isCut(again)).isTrue());
            }
            assertThat(live("kim")).as("what was closed stays closed").hasSize(1);
        }
        Eventually.within(Eventually.TOLD, () -> assertThat(live("kim")).isEmpty());
    }

    @Test
    void a_port_that_is_taken_is_said_before_anything_is_asked_for() throws Exception {
        kim.run("forward", "fw-21", "-L", Integer.toString(echo.port()))
                .failed(1, "cannot listen on");
        assertThat(live("kim")).isEmpty();
    }

    @Test
    void a_target_that_the_firewall_refuses_ends_it_and_says_why() throws Exception {
        Tunnelctl.Ended ended =
                kim.run("forward", "fw-21", "--target", "localhost:1", "--output", "json");
        assertThat(ended.code()).as("%s%s", ended.out(), ended.err()).isEqualTo(6);
        assertThat(ended.out()).contains("the firewall's agent could not open it");
    }

    @Test
    void a_session_that_somebody_closes_ends_the_forward() throws Exception {
        try (Tunnelctl.Running forward =
                kim.start("forward", "fw-21", "--target", echoTarget(), "--output", "json")) {
            String id = forward.awaitOpen(echoTarget()).path("request_id").asText();

            assertThat(kim.run("close", id).succeeded().out()).isEqualTo("Closed 1 session.\n");

            assertThat(forward.program().awaitExit(Duration.ofSeconds(30))).isEqualTo(7);
            assertThat(forward.awaitState("ended", echoTarget()).path("why").asText())
                    .contains("somebody closed it");
        }
        kim.run("close", "--all").succeeded();
        assertThat(kim.run("close", "999999").code()).isEqualTo(5);
        assertThat(kim.run("close").code()).isEqualTo(2);
    }

    @Test
    void a_session_is_used_by_whom_it_is_shared_with() throws Exception {
        world.addOperator("max", "operator");
        Tunnelctl max = signedIn("max");
        try (Tunnelctl.Running owner =
                kim.start("forward", "fw-21", "--target", echoTarget(), "--output", "json")) {
            String id = owner.awaitOpen(echoTarget()).path("request_id").asText();
            assertNotYours(max.run("forward", "--session", id));

            assertThat(kim.run("share", id, "max").succeeded().out())
                    .isEqualTo("Shared with max.\n");
            try (Tunnelctl.Running guest =
                    max.start("forward", "--session", id, "--output", "json")) {
                int port = guest.awaitOpen(echoTarget()).path("port").asInt();
                assertThat(said(port, "from max")).isEqualTo("from max");
            }
            assertThat(live("kim")).as("a guest's end is not the session's").hasSize(1);
            kim.run("share", id).succeeded();
            assertNotYours(max.run("forward", "--session", id));
        }
        max.run("forward").failed(2, "Missing required");
    }

    @Test
    void the_bytes_that_were_agreed_on_are_all_that_goes_through() throws Exception {
        try (OperatorClient self =
                OperatorClient.basic(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        "kim",
                        World.PASSWORD)) {
            JsonNode request =
                    self.open(
                            OperatorClient.object()
                                    .put("firewall_id", world.firewall().id())
                                    .put("target", "tcp://" + echoTarget())
                                    .put("byte_limit", 100_000));
            var _ = world.awaitActive(request.path("id").asLong());
            try (Tunnelctl.Running forward =
                    kim.start(
                            "forward",
                            "--session",
                            request.path("id").asText(),
                            "--output",
                            "json")) {
                int port = forward.awaitOpen(echoTarget()).path("port").asInt();
                assertThat(said(port, "little")).isEqualTo("little");

                String much = "x".repeat(1_000_000);
                assertThatThrownBy(() -> assertThat(said(port, much)).isEqualTo(much)).isNotNull();

                assertThat(forward.program().awaitExit(Duration.ofSeconds(30))).isEqualTo(7);
                assertThat(forward.awaitState("ended", echoTarget()).path("why").asText())
                        .contains("the agreed bytes are used up");
            }
        }
    }

    private static void assertNotYours(Tunnelctl.Ended ended) {
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.out()).contains("ended, ", "(not_yours, HTTP 403)");
    }

    @Test
    void a_right_that_is_withdrawn_cuts_what_flows_within_two_seconds() throws Exception {
        world.addOperator("lee", "operator");
        Tunnelctl lee = signedIn("lee");
        try (Tunnelctl.Running forward =
                lee.start("forward", "fw-21", "--target", echoTarget(), "--output", "json")) {
            int port = forward.awaitOpen(echoTarget()).path("port").asInt();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(30_000);
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isEqualTo('x');

                assertThat(world.operator().call("DELETE", "/api/v1/operators/lee", null).status())
                        .isEqualTo(204);

                Eventually.within(Eventually.GONE, () -> assertThat(isCut(socket)).isTrue());
            }
            assertThat(forward.program().awaitExit(Duration.ofSeconds(30))).isIn(4, 7);
        }
    }

    private static boolean isCut(Socket socket) {
        try {
            socket.setSoTimeout(100);
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Test
    void a_broker_that_was_killed_is_found_again_and_connections_wait_for_it() throws Exception {
        try (Tunnelctl.Running forward =
                kim.start("forward", "fw-21", "--target", echoTarget(), "--output", "json")) {
            JsonNode before = forward.awaitOpen(echoTarget());
            int port = before.path("port").asInt();
            assertThat(said(port, "before")).isEqualTo("before");

            world.broker().program().kill();
            forward.awaitState("reconnecting", echoTarget());
            world.broker().start();

            assertThat(said(port, "after")).isEqualTo("after");
            assertThat(forward.awaitOpen(echoTarget()).path("request_id").asLong())
                    .isGreaterThan(before.path("request_id").asLong());
        }
    }

    @Test
    void connecting_opens_the_page_in_the_browser_of_whoever_is_signed_in_there() throws Exception {
        JsonNode answer =
                kim.run("connect", "fw-21", "--print", "--output", "json").succeeded().json();
        assertThat(answer.path("url").asText())
                .isEqualTo(
                        world.broker().uri()
                                + "/connect?request="
                                + answer.path("request_id").asLong());
        assertThat(live("kim"))
                .extracting(one -> one.path("id").asLong())
                .contains(answer.path("request_id").asLong());
        kim.run("close", "--all").succeeded();
    }

    @Test
    void bash_completes_commands() throws Exception {
        assertThat(
                        completed(
                                "bash",
                                "compopt() { :; }; . \"$1\"; COMP_WORDS=(tunnelctl fir); COMP_CWORD=1; _complete_tunnelctl; echo \"${COMPREPLY[@]}\""))
                .isEqualTo("firewalls\n");
    }

    @Test
    void zsh_completes_commands() throws Exception {
        assertThat(
                        completed(
                                "zsh",
                                "autoload -U compinit && compinit -D; . \"$1\"; echo \"${_comps[tunnelctl]}\""))
                .startsWith("_bash_complete -F _complete_tunnelctl");
    }

    private String completed(String shell, String line) throws Exception {
        Path script =
                Files.writeString(
                        world.folder().resolve("completion-" + shell),
                        kim.run("completion", shell).succeeded().out());
        return StockFirewall.run(
                world.folder(),
                "complete-" + shell,
                List.of(shell, "-c", line, shell, script.toString()));
    }
}
