package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What SSH is not for, asked for by the stock client of an enrolled firewall. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SshRefusalsTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String REFUSED = "opnmanager_ssh_refused_total";

    private World world;
    private StockFirewall firewall;
    private StockFirewall other;
    private JsonNode request;
    private JsonNode othersRequest;

    @BeforeAll
    void start() throws Exception {
        world = World.named("ssh").with("opnmanager.request.establish", "120s").start();
        firewall = world.addStockFirewall("one", "");
        other = world.addStockFirewall("other", "");
        request = world.operator().open(firewall.id());
        othersRequest = world.operator().open(other.id());
    }

    @AfterAll
    void end() {
        world.close();
    }

    /** PORT: the request's. OTHER: another firewall's. FREE: one of the range that is nobody's. */
    static Stream<Arguments> forbidden() {
        return Stream.of(
                arguments("a shell", List.of("-T")),
                arguments("a command", List.of("-T", "--", "id")),
                arguments("a subsystem", List.of("-T", "-s", "--", "sftp")),
                arguments("a terminal", List.of("-tt")),
                arguments("a session with an agent", List.of("-A", "-T", "--", "id")),
                arguments("a session with X11", List.of("-X", "-T", "--", "id")),
                arguments("a connection from the broker", List.of("-W", "127.0.0.1:22")),
                arguments("every address by name", List.of("-N", "-R", "*:PORT:localhost:443")),
                arguments("every address", List.of("-N", "-R", "0.0.0.0:PORT:localhost:443")),
                arguments("every IPv6 address", List.of("-N", "-R", "[::]:PORT:localhost:443")),
                arguments("another address", List.of("-N", "-R", "127.0.0.2:PORT:localhost:443")),
                arguments("any port", List.of("-N", "-R", "0:localhost:443")),
                arguments("a port of nobody", List.of("-N", "-R", "FREE:localhost:443")),
                arguments("a port outside the range", List.of("-N", "-R", "9:localhost:443")),
                arguments("another firewall's port", List.of("-N", "-R", "OTHER:localhost:443")),
                arguments(
                        "a second port beside its own",
                        List.of("-N", "-R", "PORT:localhost:443", "-R", "FREE:localhost:443")),
                arguments(
                        "a socket in the file system",
                        List.of("-N", "-R", "/tmp/opnmanager-forbidden:localhost:443")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forbidden")
    void is_refused_counted_and_changes_nothing(String what, List<String> words) throws Exception {
        double before = refusals();
        List<Loopback.Listener> listeners = listeners();

        try (Program ssh = firewall.ssh(words.stream().map(this::filled).toArray(String[]::new))) {
            assertThat(ssh.awaitExit(SOON)).as("%s: %s", what, ssh.output()).isNotZero();
            assertThat(ssh.output()).as(what).doesNotContain("uid=");
        }

        Eventually.within(Eventually.GONE, () -> assertThat(listeners()).isEqualTo(listeners));
        Eventually.within(
                Eventually.GONE,
                () -> assertThat(refusals()).as("refusals are counted").isGreaterThan(before));
        for (JsonNode row : List.of(request, othersRequest)) {
            assertThat(world.operator().request(row.path("id").asLong()).path("status").asText())
                    .isEqualTo("pending");
        }
    }

    @ParameterizedTest
    @MethodSource("otherUsers")
    void nobody_else_gets_in(String user) throws Exception {
        try (Program ssh = firewall.sshAs(user, "-N")) {
            assertThat(ssh.awaitExit(SOON)).isEqualTo(255);
            assertThat(ssh.output()).contains("Permission denied (publickey)");
        }
    }

    Stream<String> otherUsers() {
        return Stream.of(
                "fw-" + other.id(),
                "fw-999999",
                "fw-0",
                "fw-",
                "fw-0" + firewall.id(),
                "root",
                Long.toString(firewall.id()));
    }

    @Test
    void no_password_is_ever_asked_for() throws Exception {
        try (Program ssh =
                firewall.ssh("-N", "-o", "PubkeyAuthentication=no", "-o", "BatchMode=no")) {
            assertThat(ssh.awaitExit(SOON)).isEqualTo(255);
            assertThat(ssh.output()).contains("Permission denied (publickey)");
        }
    }

    @Test
    void without_a_request_no_port_is_open_to_it() throws Exception {
        StockFirewall idle = world.addStockFirewall("idle", "");
        try (Program ssh = idle.tunnel(request.path("tunnel_port").asInt())) {
            assertThat(ssh.awaitExit(SOON)).isNotZero();
            assertThat(ssh.output()).contains("Permission denied (publickey)");
        }
    }

    @Test
    void an_ended_request_opens_nothing() throws Exception {
        StockFirewall late = world.addStockFirewall("late", "");
        JsonNode ended = world.operator().open(late.id());
        world.operator().close(ended.path("id").asLong());
        try (Program ssh = late.tunnel(ended.path("tunnel_port").asInt())) {
            assertThat(ssh.awaitExit(SOON)).isNotZero();
            assertThat(ssh.output()).contains("Permission denied (publickey)");
        }
        world.assertPathGone(ended.path("tunnel_port").asInt());
    }

    private double refusals() throws Exception {
        try {
            return world.operator().metric(REFUSED);
        } catch (IllegalStateException e) {
            return 0; // a counter by kind is there from its first refusal on
        }
    }

    private List<Loopback.Listener> listeners() throws Exception {
        return Loopback.listeners(world.ports().first(), world.ports().last());
    }

    private String filled(String word) {
        List<Integer> taken =
                Stream.of(request, othersRequest)
                        .map(row -> row.path("tunnel_port").asInt())
                        .toList();
        int free =
                IntStream.rangeClosed(world.ports().first(), world.ports().last())
                        .filter(port -> !taken.contains(port))
                        .findFirst()
                        .orElseThrow();
        return word.replace("PORT", taken.getFirst().toString())
                .replace("OTHER", taken.getLast().toString())
                .replace("FREE", Integer.toString(free));
    }

    /** Twenty of one address may be on their way in, and none for longer than 10 s. */
    @Test
    void connections_that_say_nothing_are_few_and_short() throws Exception {
        double before = refusals();
        List<CompletableFuture<Duration>> ends = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Socket silent = new Socket(InetAddress.getLoopbackAddress(), world.broker().sshPort());
            ends.add(
                    CompletableFuture.supplyAsync(
                            () -> untilCut(silent), Thread::startVirtualThread));
        }
        List<Duration> lives = new ArrayList<>();
        for (CompletableFuture<Duration> end : ends) {
            lives.add(end.get(40, TimeUnit.SECONDS));
        }
        assertThat(lives).filteredOn(life -> life.compareTo(Duration.ofSeconds(8)) < 0).hasSize(10);
        assertThat(lives).allMatch(life -> life.compareTo(Duration.ofSeconds(25)) < 0);
        assertThat(refusals()).isGreaterThanOrEqualTo(before + 10);
    }

    private static Duration untilCut(Socket silent) {
        long begin = System.nanoTime();
        try (silent) {
            silent.setSoTimeout(30_000);
            silent.getInputStream().readAllBytes();
        } catch (IOException e) {
            // A reset cuts it as well.
        }
        return Duration.ofNanos(System.nanoTime() - begin);
    }
}
