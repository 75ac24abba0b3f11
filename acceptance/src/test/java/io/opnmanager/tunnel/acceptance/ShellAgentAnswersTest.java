package io.opnmanager.tunnel.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the agent of sh does with a broker that was taken over, or is only busy. */
class ShellAgentAnswersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String ENROLLED =
            """
            {"firewall_id": 21, "agent_token": "0123456789abcdef", "ssh_host": "127.0.0.1", "ssh_port": 2222,
             "ssh_user": "fw-21", "ssh_host_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="],
             "check_interval": 15, "checkin_interval": 60}
            """;
    private static final String REQUEST =
            """
            {"pending_requests": [{"request_id": 7, "tunnel_port": 8100, "target_host": "localhost", "target_port": 443,
              "ssh_host": "127.0.0.1", "ssh_port": 2222, "deadline": "2026-01-01T00:00:00Z"}],
             "kill": [], "server_time": "2026-01-01T00:00:00Z", "checkin_interval": 60}
            """;

    @TempDir Path folder;

    private final ConcurrentLinkedQueue<JsonNode> reports = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> checkins = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile String enrolled = ENROLLED;
    private volatile String answer = "";
    private volatile int status = 200;
    private HttpServer broker;

    @BeforeEach
    void start() throws IOException {
        broker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        broker.setExecutor(threads);
        broker.createContext("/api/enroll", exchange -> say(exchange, 200, enrolled));
        broker.createContext(
                "/api/quickconnect_check",
                exchange -> say(exchange, 200, "{\"firewall_id\":21,\"has_requests\":false}"));
        broker.createContext(
                "/api/agent_checkin",
                exchange -> {
                    checkins.add(System.nanoTime());
                    say(exchange, status, answer);
                });
        broker.createContext(
                "/api/tunnel_status",
                exchange -> {
                    reports.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
                    say(exchange, 200, "{\"success\":true}");
                });
        broker.start();
    }

    @AfterEach
    void end() {
        broker.stop(0);
        threads.shutdownNow();
    }

    private static void say(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            byte[] body = text.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Retry-After", "3");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private List<String> line(String... arguments) {
        var line =
                new ArrayList<>(
                        List.of("dash", ShellFirewall.SCRIPT + "", "--state", folder + "/state"));
        line.addAll(List.of(arguments));
        return line;
    }

    private Script.Ended enrol() throws Exception {
        Path token = folder.resolve("token");
        Files.writeString(token, "a-token\n");
        String url = "http://127.0.0.1:" + broker.getAddress().getPort();
        return Script.run(
                folder,
                Map.of(),
                LIMIT,
                line("enrol", "--broker", url, "--token-file", token.toString()));
    }

    private Program run() throws Exception {
        assertThat(enrol().code()).isZero();
        return Program.start("agent", folder, line("run"), Map.of());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"localhost\"|\"-oProxyCommand=touch owned\"|target_host",
                "\"localhost\"|\"$(touch owned)\"|target_host",
                "\"localhost\"|\"a;touch owned\"|target_host",
                "\"localhost\"|\"a\\ntouch owned\"|target_host",
                "\"localhost\"|\"loc\\u0061lhost\"|target_host",
                "\"localhost\"|\"*\"|target_host",
                "\"localhost\"|[\"localhost\"]|target_host",
                "\"localhost\"|null|target_host",
                "\"127.0.0.1\"|\"-F/etc/passwd\"|ssh_host",
                "\"127.0.0.1\"|\"`touch owned`\"|ssh_host",
                "8100|65536|tunnel_port",
                "8100|-1|tunnel_port",
                "8100|8100.5|tunnel_port",
                "8100|\"8100:localhost:22\"|tunnel_port",
                "443|0|target_port",
                "443|4294967739|target_port"
            })
    void a_value_that_is_not_what_it_should_be_is_refused_and_reported(
            String good, String bad, String field) throws Exception {
        String replaced =
                REQUEST.replace("\"" + field + "\": " + good, "\"" + field + "\": " + bad);
        assertThat(replaced).isNotEqualTo(REQUEST);
        answer = replaced;

        try (Program agent = run()) {
            Eventually.within(LIMIT, () -> assertThat(reports).isNotEmpty());

            JsonNode report = reports.element();
            assertThat(report.path("request_id").asLong()).isEqualTo(7);
            assertThat(report.path("status").asText()).isEqualTo("failed");
            assertThat(report.path("detail").asText()).startsWith("wanted a good " + field);
            assertThat(agent.output()).doesNotContain("tunnel up", "dial failed");
            agent.askToEnd();
            assertThat(agent.awaitExit(LIMIT)).isZero();
        }
        try (var files = Files.walk(folder)) {
            assertThat(files.map(file -> file.getFileName() + "")).doesNotContain("owned");
        }
    }

    @Test
    void what_only_looks_like_an_order_is_none() throws Exception {
        answer =
                """
                {"pending_requests.0.request_id": 8, "kill.0.request_id": 9, "server_time": "kill.0.request_id\\t9",
                 "note": "\\"pending_requests\\": [{\\"request_id\\": 10}]", "pending_requests": [], "kill": [{"request_id": "../../x"}, {},
                 {"request_id": 11, "reason": "closed"}], "checkin_interval": 60}
                """;

        try (Program agent = run()) {
            Eventually.within(
                    LIMIT, () -> assertThat(agent.output()).contains("kill asked for request=11"));
            Eventually.within(LIMIT, () -> assertThat(reports).isNotEmpty());
            assertThat(agent.output())
                    .contains("kill passed over: wanted a good request_id, found ''");
            assertThat(reports).allMatch(report -> report.path("request_id").asLong() == 11);
            agent.askToEnd();
            assertThat(agent.awaitExit(LIMIT)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no", "{\"kill\": [", "{} {}", "[[[[[[[[[[[[1]]]]]]]]]]]]"})
    void an_answer_that_is_no_json_is_said_and_followed_by_nothing(String text) throws Exception {
        answer = text;

        try (Program agent = run()) {
            Eventually.within(
                    LIMIT,
                    () ->
                            assertThat(agent.output())
                                    .contains("wanted JSON from", "found something else"));
            assertThat(reports).isEmpty();
        }
    }

    @RepeatedTest(3)
    void of_many_that_start_at_once_beside_a_dead_ones_lock_one_runs() throws Exception {
        answer = "{\"pending_requests\": [], \"kill\": [], \"checkin_interval\": 60}";
        assertThat(enrol().code()).isZero();
        Files.writeString(folder.resolve("state/lock"), "99999 gone\n");
        List<Program> agents = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                agents.add(Program.start("agent-" + i, folder, line("run"), Map.of()));
            }

            Eventually.within(
                    LIMIT, () -> assertThat(agents).filteredOn(Program::isAlive).hasSize(1));
            for (Program agent : agents) {
                if (agent.isAlive()) {
                    Eventually.within(
                            LIMIT, () -> assertThat(agent.output()).contains("agent started"));
                    agent.askToEnd();
                    assertThat(agent.awaitExit(LIMIT)).isZero();
                } else {
                    assertThat(agent.awaitExit(LIMIT)).as(agent.output()).isEqualTo(6);
                    assertThat(agent.output()).doesNotContain("agent started");
                }
            }
        } finally {
            agents.forEach(Program::close);
        }
    }

    @Test
    void an_answer_without_end_is_cut() throws Exception {
        answer = "{\"note\": \"" + "x".repeat(3_000_000) + "\"}";

        try (Program agent = run()) {
            Eventually.within(
                    LIMIT, () -> assertThat(agent.output()).contains("broker cannot be reached"));
            Path run = folder.resolve("state/run/" + agent.pid());
            assertThat(run.resolve("call.body"))
                    .satisfiesAnyOf(
                            file -> assertThat(file).doesNotExist(),
                            file -> assertThat(Files.size(file)).isLessThan(600_000));
        }
    }

    @Test
    void a_busy_broker_is_left_alone_as_long_as_it_asks_for() throws Exception {
        status = 429;
        answer = "{\"code\": \"too_many_requests\"}";

        try (Program agent = run()) {
            Eventually.within(LIMIT, () -> assertThat(checkins).hasSizeGreaterThan(2));
            List<Long> moments = List.copyOf(checkins);
            for (int i = 1; i < moments.size(); i++) {
                assertThat(Duration.ofNanos(moments.get(i) - moments.get(i - 1)))
                        .isGreaterThanOrEqualTo(Duration.ofSeconds(3));
            }
            assertThat(agent.output()).contains("status=429 code=too_many_requests");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"ssh_user\": \"fw-21\"|\"ssh_user\": \"root\"|ssh_user",
                "\"ssh_host\": \"127.0.0.1\"|\"ssh_host\": \"-oProxyCommand=x\"|ssh_host",
                "[\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==\"]|[]|ssh_host_keys",
                "AAAAIA==|AAAAIA== x\\n* ssh-ed25519 BBBB|ssh_host_keys",
                "\"agent_token\": \"0123456789abcdef\"|\"agent_token\": \"x\\\"\\nurl = y\"|agent_token"
            })
    void an_enrolment_with_such_a_value_is_not_kept(String good, String bad, String field)
            throws Exception {
        enrolled = ENROLLED.replace(good, bad);
        assertThat(enrolled).isNotEqualTo(ENROLLED);

        Script.Ended ended = enrol();

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.output()).contains("wanted a good " + field);
        assertThat(folder.resolve("state")).isEmptyDirectory();
    }
}
