package io.opnmanager.tunnel.acceptance;

import static io.opnmanager.tunnel.acceptance.Later.later;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.ClientAuthority;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.Program;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stock programs as clients of the gateway, through to a page behind a firewall.
 *
 * <p>Long because all of it is shown at one broker and one firewall, which are dear to start.
 */
@ExtendWith(BothCompilers.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GatewayClientsTest {

    private static final Path FOLDER = DatabaseServer.FOLDER.resolve("gateway-certificates");
    private static final List<String> OPERATORS = List.of("kim", "lee", "max", "ned", "ann");
    private static final Duration A_DAY = Duration.ofDays(1);

    private World world;
    private HeavyPage page;
    private int gateway;
    private String host;
    private Path authority;

    /** A program that listens on a local port and leads to the gateway. */
    enum Client {
        SOCAT {
            @Override
            List<String> command(GatewayClientsTest test, String host, Path certificate, int port) {
                return List.of(
                        "socat",
                        "TCP-LISTEN:%d,bind=127.0.0.1,reuseaddr,fork".formatted(port),
                        "OPENSSL:127.0.0.1:%d,cert=%s,cafile=%s,commonname=localhost,snihost=%s"
                                .formatted(test.gateway, certificate, test.authority, host));
            }
        },
        STUNNEL {
            @Override
            List<String> command(GatewayClientsTest test, String host, Path certificate, int port)
                    throws IOException {
                Path configuration = certificate.resolveSibling("stunnel-%d.conf".formatted(port));
                Files.writeString(
                        configuration,
                        """
                        foreground = yes
                        pid =
                        [gateway]
                        client = yes
                        accept = 127.0.0.1:%d
                        connect = 127.0.0.1:%d
                        cert = %s
                        CAfile = %s
                        verifyChain = yes
                        checkHost = localhost
                        sni = %s
                        """
                                .formatted(port, test.gateway, certificate, test.authority, host));
                return List.of("stunnel4", configuration.toString());
            }
        };

        abstract List<String> command(
                GatewayClientsTest test, String host, Path certificate, int port)
                throws IOException;
    }

    @BeforeAll
    void start() throws Exception {
        Folders.delete(FOLDER);
        ClientAuthority operators = ClientAuthority.make(FOLDER);
        for (String name : OPERATORS) {
            operators.issue(name, "CN=" + name, A_DAY);
        }
        Certificates server = Certificates.make(FOLDER);
        authority = server.authorityFile();
        gateway = Loopback.freePort();
        world =
                World.named("gateway")
                        .with("opnmanager.stream.enabled", "true")
                        .with("opnmanager.stream.host", "127.0.0.1")
                        .with("opnmanager.stream.port", Integer.toString(gateway))
                        .with(
                                "quarkus.tls.stream.trust-store.pem.certs",
                                operators.file().toString())
                        .with(
                                "quarkus.tls.stream.key-store.pem.0.cert",
                                server.certificateFile().toString())
                        .with("quarkus.tls.stream.key-store.pem.0.key", server.keyFile().toString())
                        .start();
        for (String name : OPERATORS) {
            world.addOperator(name, "operator");
            var named = OperatorClient.object().put("role", "operator");
            named.putArray("certificate_names").add(name);
            assertThat(world.operator().call("PUT", "/api/v1/operators/" + name, named).status())
                    .isEqualTo(200);
        }
        page = world.with(HeavyPage.start());
        world.addFirewall("firewall-1", "127.0.0.1:" + page.port());
        host = openedBy("kim");
    }

    /** The host of a new session of an operator. */
    private String openedBy(String operator) throws Exception {
        return openedBy(operator, "http://localhost:" + page.port());
    }

    private String openedBy(String operator, String target) throws Exception {
        return world.rows().accessHost(requestedBy(operator, target)) + ".localhost";
    }

    private long requestedBy(String operator, String target) throws Exception {
        try (OperatorClient theirs = as(operator)) {
            long id =
                    theirs.open(
                                    OperatorClient.object()
                                            .put("firewall_id", world.firewall().id())
                                            .put("target", target))
                            .path("id")
                            .asLong();
            world.awaitActive(id);
            return id;
        }
    }

    private OperatorClient as(String operator) {
        return OperatorClient.basic(
                world.broker().uri(),
                world.broker().certificates().clientContext(),
                operator,
                World.PASSWORD);
    }

    @AfterAll
    void end() {
        world.close();
    }

    private Program started(Client client, String host, String certificate, int port)
            throws Exception {
        Program program =
                Program.start(
                        client.name(),
                        FOLDER,
                        client.command(this, host, FOLDER.resolve(certificate + ".pem"), port),
                        Map.of());
        Eventually.within(Eventually.TOLD, () -> assertThat(Loopback.isListening(port)).isTrue());
        return program;
    }

    @ParameterizedTest
    @EnumSource
    void two_hundred_megabytes_go_each_way_at_once(Client client) throws Exception {
        int port = Loopback.freePort();
        try (Program program = started(client, host, "kim", port);
                Socket up = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket down = new Socket(InetAddress.getLoopbackAddress(), port)) {
            HandBrowser.send(
                    up,
                    "POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: "
                            + HeavyPage.LARGE
                            + "\r\n\r\n");
            CompletableFuture<String> sent =
                    later(() ->
                            HeavyPage.pour(
                                    up.getOutputStream(), HeavyPage.LARGE, new AtomicLong()));
            HandBrowser.send(down, "GET /bytes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(HandBrowser.head(down)).contains("" + HeavyPage.LARGE);

            assertThat(HeavyPage.drink(down.getInputStream()))
                    .isEqualTo(
                            HeavyPage.pour(
                                    OutputStream.nullOutputStream(),
                                    HeavyPage.LARGE,
                                    new AtomicLong()));
            String digest = sent.get(60, TimeUnit.SECONDS);
            assertThat(HandBrowser.head(up)).startsWith("HTTP/1.1 200 ");
            assertThat(new String(up.getInputStream().readNBytes(64), StandardCharsets.US_ASCII))
                    .isEqualTo(digest);
            assertThat(program.isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void another_operator_gets_nothing(Client client) throws Exception {
        int port = Loopback.freePort();
        try (Program program = started(client, host, "lee", port);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            HandBrowser.send(socket, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(HandBrowser.untilCut(socket)).isZero();
            assertThat(program.isAlive()).isTrue();
        }
    }

    @Test
    void a_right_that_is_withdrawn_cuts_what_flows() throws Exception {
        int port = Loopback.freePort();
        try (Program program = started(Client.SOCAT, openedBy("max"), "max", port);
                Socket socket = downloading(port)) {
            CompletableFuture<Long> rest = later(() -> read(socket));

            withdraw("max");

            assertThat(rest.get(2, TimeUnit.SECONDS)).isLessThan(HeavyPage.LARGE);
            assertThat(program.isAlive()).isTrue();
        }
    }

    @Test
    void whom_a_session_is_shared_with_gets_through_until_it_is_not() throws Exception {
        long id = requestedBy("ned", "http://127.0.0.1:" + page.port());
        int port = Loopback.freePort();
        try (OperatorClient ned = as("ned");
                OperatorClient lee = as("lee")) {
            share(ned, id, "lee");
            String address = lee.request(id).path("stream_address").asText();
            String shared = world.rows().accessHost(id) + ".localhost";
            assertThat(address).isEqualTo(shared + ":" + gateway);
            try (Program program = started(Client.SOCAT, shared, "lee", port);
                    Socket socket = downloading(port)) {
                CompletableFuture<Long> rest = later(() -> read(socket));
                JsonNode live = streams(ned, "request_id=%d&live=true".formatted(id));
                assertThat(live).hasSize(1);
                assertThat(live.path(0).path("operator").asText()).isEqualTo("lee");
                assertThat(live.path(0).path("client").asText()).isEqualTo("CN=lee");
                assertThat(live.path(0).path("destination").asText()).isEqualTo("request");
                assertThat(live.path(0).has("end")).isFalse();

                share(ned, id);

                assertCut(rest, ned, id, "lee");
                assertThat(program.isAlive()).isTrue();
                try (Socket again = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    HandBrowser.send(again, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                    assertThat(HandBrowser.untilCut(again)).isZero();
                }
            }
            assertThat(ned.request(id).path("status").asText()).isEqualTo("active");
            JsonNode ended = streams(lee, "request_id=%d&live=false".formatted(id));
            assertThat(ended).hasSize(1);
            assertThat(ended.path(0).path("end").asText()).isEqualTo("cut");
            assertThat(ended.path(0).path("bytes_out").asLong()).isPositive();
            try (OperatorClient kim = as("kim")) {
                assertThat(streams(kim, "request_id=" + id)).isEmpty();
            }
        }
    }

    @Test
    void a_right_that_is_withdrawn_from_a_guest_cuts_the_guest_alone() throws Exception {
        long id = requestedBy("ned", "tcp://localhost:" + page.port());
        String shared = world.rows().accessHost(id) + ".localhost";
        int guests = Loopback.freePort();
        int owners = Loopback.freePort();
        OperatorClient admin = world.operator();
        share(admin, id, "ann");
        try (Program guest = started(Client.SOCAT, shared, "ann", guests);
                Program owner = started(Client.SOCAT, shared, "ned", owners);
                Socket cut = downloading(guests);
                Socket whole = downloading(owners)) {
            CompletableFuture<Long> rest = later(() -> read(cut));
            CompletableFuture<Long> goesOn = later(() -> read(whole));

            withdraw("ann");

            assertCut(rest, admin, id, "ann");
            assertThat(goesOn).isNotDone();
            assertThat(guest.isAlive()).isTrue();
            assertThat(owner.isAlive()).isTrue();
        }
    }

    @Test
    void what_the_broker_signed_for_a_token_reaches_no_more_than_the_token() throws Exception {
        certify("wide", token("kim"));
        certify("narrow", token("kim", "elsewhere"));
        int wide = Loopback.freePort();
        int narrow = Loopback.freePort();
        try (Program first = started(Client.SOCAT, host, "wide", wide);
                Program second = started(Client.SOCAT, host, "narrow", narrow)) {
            // The gateway has to hear of the node's new authority.
            Eventually.within(Eventually.TOLD, () -> assertThat(answered(wide)).isPositive());
            assertThat(answered(narrow)).isZero();
            assertThat(first.isAlive()).isTrue();
            assertThat(second.isAlive()).isTrue();
        }
    }

    private static long answered(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            HandBrowser.send(socket, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            return HandBrowser.untilCut(socket);
        }
    }

    private String token(String operator, String... tags) throws Exception {
        var ask = OperatorClient.object().put("name", "for-certificate-" + tags.length);
        var reach = ask.putArray("tags");
        List.of(tags).forEach(reach::add);
        try (OperatorClient theirs = as(operator)) {
            Answer answer = theirs.call("POST", "/api/v1/tokens", ask);
            assertThat(answer.status()).isEqualTo(201);
            return answer.body().path("token").asText();
        }
    }

    /** A new key in a file of this name, and the broker's signature for it. */
    private void certify(String name, String token) throws Exception {
        Path key = FOLDER.resolve(name + "-key.pem");
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "req",
                                "-new",
                                "-nodes",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-keyout",
                                key.toString(),
                                "-subj",
                                "/CN=any")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String request =
                new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        try (var holder =
                OperatorClient.bearer(
                        world.broker().uri(),
                        world.broker().certificates().clientContext(),
                        token)) {
            Answer answer =
                    holder.call(
                            "POST",
                            "/api/v1/certificates",
                            OperatorClient.object().put("certificate_request", request));
            assertThat(answer.status()).isEqualTo(201);
            Files.writeString(
                    FOLDER.resolve(name + ".pem"),
                    answer.body().path("certificate").asText() + Files.readString(key));
        }
    }

    private void withdraw(String operator) throws Exception {
        var viewer = OperatorClient.object().put("role", "viewer");
        viewer.putArray("certificate_names").add(operator);
        assertThat(world.operator().call("PUT", "/api/v1/operators/" + operator, viewer).status())
                .isEqualTo(200);
    }

    /** A large answer has begun to come. */
    private static Socket downloading(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        HandBrowser.send(socket, "GET /bytes HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(HandBrowser.head(socket)).contains("" + HeavyPage.LARGE);
        return socket;
    }

    /** In time at the gateway; what was on its way then still comes. */
    private static void assertCut(
            CompletableFuture<Long> rest, OperatorClient who, long id, String guest)
            throws Exception {
        Eventually.within(
                Eventually.GONE,
                () ->
                        assertThat(streams(who, "request_id=%d&live=true".formatted(id)))
                                .noneMatch(one -> one.path("operator").asText().equals(guest)));
        assertThat(rest.get(5, TimeUnit.SECONDS)).isLessThan(HeavyPage.LARGE);
    }

    private static void share(OperatorClient owner, long id, String... with) throws Exception {
        var sharing = OperatorClient.object();
        var names = sharing.putArray("operators");
        List.of(with).forEach(names::add);
        assertThat(owner.call("PUT", "/api/v1/requests/%d/shared-with".formatted(id), sharing))
                .extracting(Answer::status)
                .isEqualTo(200);
    }

    private static JsonNode streams(OperatorClient who, String query) throws Exception {
        Answer answer = who.call("GET", "/api/v1/streams?" + query, null);
        assertThat(answer.status()).isEqualTo(200);
        return answer.body().path("items");
    }

    /** Slowly, so that there is something left to cut. */
    private static long read(Socket from) {
        long bytes = 0;
        try {
            byte[] some = new byte[64 * 1024];
            int read = from.getInputStream().read(some);
            while (read >= 0) {
                bytes += read;
                Thread.sleep(5);
                read = from.getInputStream().read(some);
            }
        } catch (IOException e) {
            // A reset is an end as well.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return bytes;
    }

    @Test
    void openssl_reaches_a_port_that_is_no_web_page() throws Exception {
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "s_client",
                                "-quiet",
                                "-connect",
                                "127.0.0.1:" + gateway,
                                "-servername",
                                openedBy("lee", "tcp://localhost:" + page.port()),
                                "-verify_hostname",
                                "localhost",
                                "-verify_return_error",
                                "-CAfile",
                                authority.toString(),
                                "-cert",
                                FOLDER.resolve("lee.pem").toString())
                        .start();
        try (OutputStream in = openssl.getOutputStream()) {
            in.write(
                    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            in.flush();
            assertThat(
                            new String(
                                    openssl.getInputStream().readAllBytes(),
                                    StandardCharsets.US_ASCII))
                    .endsWith("there");
        }
    }
}
