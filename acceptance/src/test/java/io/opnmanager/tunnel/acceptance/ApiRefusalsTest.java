package io.opnmanager.tunnel.acceptance;

import static io.opnmanager.tunnel.acceptance.Refusals.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.OperatorClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the API refuses: a problem document with a stable code, and no row is another.
 *
 * <p>Long because all of it is asked of one broker, between two counts of all rows; enrolment,
 * which makes rows, is in {@link EnrolmentRefusalsTest}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiRefusalsTest {

    private static final int OVER_64_KIB = 64 * 1024 + 1;

    /** What can be called without a credential, because it is how one is got. */
    private static final List<String> OPEN =
            List.of(
                    "POST /api/enroll",
                    "GET /api/release/nobody-of-that-name",
                    "POST /api/v1/sign-in",
                    "POST /api/v1/sign-in/certificate",
                    "POST /api/v1/sign-in/device",
                    "POST /api/v1/sign-in/device/token",
                    "GET /api/v1/sign-in/methods",
                    "GET /api/v1/sign-in/openid");

    private World world;
    private EnrolledFirewall one;
    private EnrolledFirewall two;
    private OperatorClient agent;
    private OperatorClient nobody;
    private long othersRequest;
    private Map<String, Long> before = Map.of();

    @BeforeAll
    void start() throws Exception {
        world =
                World.named("api")
                        .with("opnmanager.request.establish", "200s")
                        // Every operation is tried with wrong credentials from one address.
                        .with("opnmanager.sign-in.failures-per-name", "1000")
                        .with("opnmanager.sign-in.failures-per-address", "10000")
                        .start();
        nobody = world.nobody();
        one = EnrolledFirewall.in(world, "one");
        agent = one.client(world);
        two = EnrolledFirewall.in(world, "two");
        othersRequest = world.operator().open(two.id()).path("id").asLong();
    }

    @AfterAll
    void end() {
        world.close();
    }

    @BeforeEach
    void count() throws Exception {
        before = world.rows().counts();
    }

    @AfterEach
    void nothing_has_changed() throws Exception {
        assertThat(world.rows().counts()).isEqualTo(before);
        assertThat(world.operator().request(othersRequest).path("status").asText())
                .isEqualTo("pending");
    }

    Stream<Operation> operations() throws IOException {
        return Operation.all(one.id()).stream();
    }

    Stream<Operation> closedOperations() throws IOException {
        return operations().filter(operation -> !OPEN.contains(operation.toString()));
    }

    Stream<Operation> operationsWithBody() throws IOException {
        return operations().filter(Operation::body);
    }

    /** A caller whom the operation lets in. */
    private OperatorClient welcome(Operation operation) {
        if (operation.path().equals("/api/enroll")) {
            return nobody;
        }
        return operation.agents() ? agent : world.operator();
    }

    @ParameterizedTest
    @MethodSource("operationsWithBody")
    void a_body_that_is_no_json(Operation operation) throws Exception {
        assertProblem(sent(operation, "{\"firewall_id\": "), 400, "malformed_json");
    }

    @ParameterizedTest
    @MethodSource("operationsWithBody")
    void a_body_of_another_shape(Operation operation) throws Exception {
        Answer list = sent(operation, "[]");
        assertThat(list.status()).isEqualTo(400);
        assertThat(list.code()).isIn("invalid_field", "malformed_json");
        assertProblem(sent(operation, "{}"), 400, "invalid_field");
    }

    @ParameterizedTest
    @MethodSource("operationsWithBody")
    void a_body_over_64_kib(Operation operation) throws Exception {
        assertProblem(
                sent(operation, "{\"x\":\"" + "a".repeat(OVER_64_KIB) + "\"}"),
                413,
                "body_too_large");
    }

    @ParameterizedTest
    @MethodSource("operationsWithBody")
    void a_body_of_another_media_type(Operation operation) throws Exception {
        assertProblem(
                welcome(operation)
                        .raw(
                                operation.method(),
                                operation.path(),
                                "<a/>".getBytes(StandardCharsets.UTF_8),
                                Map.of("Content-Type", "text/xml")),
                415,
                "unsupported_media_type");
    }

    private Answer sent(Operation operation, String body) throws Exception {
        return welcome(operation)
                .raw(
                        operation.method(),
                        operation.path(),
                        body.getBytes(StandardCharsets.UTF_8),
                        Map.of());
    }

    @ParameterizedTest
    @MethodSource("closedOperations")
    void a_caller_without_credential_or_with_a_wrong_one(Operation operation) throws Exception {
        byte[] body = operation.body() ? "{}".getBytes(StandardCharsets.UTF_8) : null;
        assertProblem(
                nobody.raw(operation.method(), operation.path(), body, Map.of()),
                401,
                "not_authenticated");
        for (String wrong :
                List.of(
                        "Bearer " + "0".repeat(43),
                        "Bearer ",
                        "Basic !",
                        "Basic YTpi",
                        "Other x")) {
            assertProblem(
                    nobody.raw(
                            operation.method(),
                            operation.path(),
                            body,
                            Map.of("Authorization", wrong)),
                    401,
                    "not_authenticated");
        }
    }

    @ParameterizedTest
    @MethodSource("closedOperations")
    void a_caller_of_the_other_kind(Operation operation) throws Exception {
        if (List.of("/api/tunnel_heartbeat", "/api/tunnel_close").contains(operation.path())) {
            return;
        }
        byte[] body = operation.body() ? "{}".getBytes(StandardCharsets.UTF_8) : null;
        OperatorClient stranger = operation.agents() ? world.operator() : agent;
        assertProblem(
                stranger.raw(operation.method(), operation.path(), body, Map.of()),
                403,
                "not_allowed");
    }

    @Test
    void unknown_paths_and_methods() throws Exception {
        for (String path :
                List.of(
                        "/api/v1/nothing",
                        "/api/agent_checkin.asp",
                        "/api/v1/requests/1/2",
                        "/api/v2/requests")) {
            assertProblem(world.operator().call("GET", path, null), 404, "not_found");
        }
        assertProblem(
                world.operator().call("DELETE", "/api/v1/requests", null),
                405,
                "method_not_allowed");
        assertProblem(agent.call("GET", "/api/agent_checkin", null), 405, "method_not_allowed");
    }

    @Test
    void no_spelling_of_a_path_gets_past_authentication() throws Exception {
        for (String path :
                List.of(
                        "/api/v1/operators;x=1",
                        "/api/v1/operators%3Bx",
                        "/api/v1//operators",
                        "//api/v1/operators",
                        "/api/v1/./operators",
                        "/api/v1/nodes/../operators",
                        "/api/v1/nodes/..%2Foperators",
                        "/api/v1%2Foperators",
                        "/api/v1/operators/",
                        "/API/v1/operators")) {
            // The whole address: resolving the path would tidy it up first.
            Answer answer = nobody.call("GET", world.broker().uri() + path, null);
            assertThat(answer.status()).as("%s: %s", path, answer.text()).isIn(400, 401, 404);
            assertThat(answer.text()).doesNotContain("administrator");
        }
    }

    @Test
    void another_firewalls_id_or_request() throws Exception {
        assertProblem(
                agent.call(
                        "POST",
                        "/api/quickconnect_check",
                        OperatorClient.object().put("firewall_id", two.id())),
                403,
                "not_yours");
        assertProblem(
                agent.call(
                        "POST",
                        "/api/agent_checkin",
                        OperatorClient.object().put("firewall_id", two.id())),
                403,
                "not_yours");
        ObjectNode reference = OperatorClient.object().put("request_id", othersRequest);
        assertProblem(
                agent.call(
                        "POST", "/api/tunnel_status", reference.deepCopy().put("status", "failed")),
                403,
                "not_yours");
        for (String path : List.of("/api/tunnel_heartbeat", "/api/tunnel_close")) {
            assertProblem(agent.call("POST", path, reference), 403, "not_yours");
        }
    }

    @Test
    void a_held_tunnel_of_another_firewall_in_a_checkin_moves_nothing() throws Exception {
        ObjectNode checkin = OperatorClient.object().put("firewall_id", one.id());
        checkin.putArray("tunnels")
                .addObject()
                .put("request_id", othersRequest)
                .put("tunnel_pid", 1)
                .put("tunnel_port", world.ports().first());

        Answer answer = agent.call("POST", "/api/agent_checkin", checkin);

        assertThat(answer.status()).isIn(200, 403);
        assertThat(world.operator().request(othersRequest).hasNonNull("tunnel_pid")).isFalse();
    }

    @Test
    void fields_of_wrong_types_and_out_of_bounds() throws Exception {
        List<ObjectNode> asks =
                List.of(
                        OperatorClient.object().put("firewall_id", "twenty-one"),
                        OperatorClient.object().put("firewall_id", true),
                        OperatorClient.object().put("firewall_id", 1.5),
                        OperatorClient.object().putNull("firewall_id"),
                        OperatorClient.object().put("firewall_id", one.id()).put("lifetime", 0),
                        OperatorClient.object().put("firewall_id", one.id()).put("lifetime", -1),
                        OperatorClient.object()
                                .put("firewall_id", one.id())
                                .put("lifetime", 999_999),
                        OperatorClient.object().put("firewall_id", one.id()).put("byte_limit", 0),
                        OperatorClient.object()
                                .put("firewall_id", one.id())
                                .put("reason", "x".repeat(501)));
        for (ObjectNode ask : asks) {
            Answer answer = world.operator().call("POST", "/api/v1/requests", ask);
            assertProblem(answer, 400, "invalid_field");
        }
        for (int wait : List.of(-1, 16)) {
            assertProblem(
                    agent.call(
                            "POST",
                            "/api/quickconnect_check",
                            OperatorClient.object().put("firewall_id", one.id()).put("wait", wait)),
                    400,
                    "invalid_field");
        }
        assertProblem(
                agent.call(
                        "POST",
                        "/api/tunnel_status",
                        OperatorClient.object()
                                .put("request_id", othersRequest)
                                .put("status", "sideways")),
                400,
                "invalid_field");
    }

    @Test
    void targets_that_a_tunnel_may_not_lead_to() throws Exception {
        for (String target :
                List.of(
                        "gopher://127.0.0.1:70",
                        "https://127.0.0.1:0",
                        "https://127.0.0.1:65536",
                        "https://",
                        "https://169.254.169.254:80",
                        "https://user@127.0.0.1:443",
                        "https://127.0.0.1:443/path",
                        "127.0.0.1",
                        "tcp://a b:1",
                        "file:///etc/passwd")) {
            Answer answer =
                    world.operator()
                            .call(
                                    "POST",
                                    "/api/v1/requests",
                                    OperatorClient.object()
                                            .put("firewall_id", one.id())
                                            .put("target", target));
            assertProblem(answer, 400, "target_refused");
        }
    }

    @Test
    void unknown_firewalls_and_requests() throws Exception {
        assertProblem(
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/requests",
                                OperatorClient.object().put("firewall_id", 999_999)),
                404,
                "firewall_unknown");
        assertProblem(
                world.operator().call("GET", "/api/v1/requests/999999", null),
                404,
                "request_unknown");
        assertProblem(
                agent.call(
                        "POST",
                        "/api/tunnel_close",
                        OperatorClient.object().put("request_id", 999_999)),
                404,
                "request_unknown");
    }

    @Test
    void another_operators_request() throws Exception {
        Answer made =
                world.operator()
                        .call(
                                "POST",
                                "/api/v1/operators",
                                OperatorClient.object()
                                        .put("name", "second")
                                        .put("password", "correct-horse-battery")
                                        .put("role", "operator"));
        assertThat(made.status()).isEqualTo(201);
        before = world.rows().counts();
        try (var second =
                OperatorClient.basic(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        "second",
                        "correct-horse-battery")) {
            String path = "/api/v1/requests/" + othersRequest;
            assertProblem(second.call("GET", path, null), 403, "not_yours");
            assertProblem(second.call("DELETE", path, null), 403, "not_yours");
            assertProblem(second.call("GET", path + "/events", null), 403, "not_yours");
            ObjectNode sharing = OperatorClient.object();
            sharing.putArray("operators").add("second");
            assertProblem(second.call("PUT", path + "/shared-with", sharing), 403, "not_yours");
            ObjectNode reference = OperatorClient.object().put("request_id", othersRequest);
            assertProblem(
                    second.call("POST", "/api/tunnel_heartbeat", reference), 403, "not_yours");
            assertProblem(second.call("POST", "/api/tunnel_close", reference), 403, "not_yours");
            assertProblem(second.call("GET", "/api/v1/audit", null), 403, "not_allowed");
            assertProblem(second.call("GET", "/api/v1/operators", null), 403, "not_allowed");
            assertThat(second.call("GET", "/api/v1/requests", null).body().path("total").asInt(-1))
                    .isZero();
        }
    }

    @Test
    void numbers_come_as_strings_of_digits_too_and_unknown_fields_are_ignored() throws Exception {
        Answer answer =
                agent.call(
                        "POST",
                        "/api/quickconnect_check",
                        OperatorClient.object()
                                .put("firewall_id", Long.toString(one.id()))
                                .put("new_in_a_later_version", 1));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("has_requests").isBoolean()).isTrue();
        assertThat(answer.body().path("firewall_id").asLong()).isEqualTo(one.id());
    }

    @Test
    void a_refusal_is_quick() throws Exception {
        List<Duration> took = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            long begin = System.nanoTime();
            assertProblem(nobody.call("GET", "/api/v1/firewalls", null), 401, "not_authenticated");
            took.add(Duration.ofNanos(System.nanoTime() - begin));
        }
        took.sort(Comparator.naturalOrder());
        assertThat(took.get(took.size() / 2)).as("the median").isLessThan(Duration.ofSeconds(1));
    }
}
