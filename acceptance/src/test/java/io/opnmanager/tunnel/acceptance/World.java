package io.opnmanager.tunnel.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Answer;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.Database;
import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.FirewallPage;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.QuickconnectAgent;
import io.opnmanager.tunnel.demo.TunnelAgent;
import io.opnmanager.tunnel.demo.TunnelClient;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A broker, its database and any number of firewalls, all as real processes in a folder of their
 * own. Closing ends them and fails when anything is left: a process, a listener of the tunnel
 * range, an orphan at the broker.
 *
 * <p>Long because it is the one place that owns all of them and ends them in order; what there is
 * to say about ports, rows and browsers is in {@link PortRange}, {@link Rows} and {@link Chromium}.
 */
final class World implements AutoCloseable {

    /** Of every operator that a test makes. */
    static final String PASSWORD = "twelve characters and more";

    /** Where agents reach the SSH port when a {@link CuttableProxy} is between. */
    private static final String PROXY_ADDRESS = "127.0.0.2";

    private static final Set<String> ENDED = Set.of("disconnected", "timeout", "expired");
    private static final Duration ACTIVE_WITHIN = Duration.ofSeconds(30);

    private final Path folder;
    private final PortRange ports;
    private final Set<Long> processesBefore;
    private final Deque<AutoCloseable> parts = new ConcurrentLinkedDeque<>();
    private final Broker broker;
    private final OperatorClient nobody;
    private final List<FirewallSide> firewalls = new ArrayList<>();
    private final CuttableProxy network;
    private final Duration quarantine;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private @Nullable OperatorClient operator;
    private @Nullable Chromium chromium;

    private World(WorldBuilder builder) throws Exception {
        EmbeddedMariaDb server = DatabaseServer.server();
        processesBefore = descendants();
        folder = DatabaseServer.FOLDER.resolve(builder.name);
        Folders.delete(folder);
        ports = PortRange.free(builder.ports);
        settings.put("opnmanager.node.name", "node-a");
        settings.put("opnmanager.ports.first", Integer.toString(ports.first()));
        settings.put("opnmanager.ports.last", Integer.toString(ports.last()));
        settings.put("opnmanager.ports.quarantine", "1s");
        settings.put("opnmanager.request.drain", "1s");
        settings.put("opnmanager.ssh.public-host", PROXY_ADDRESS);
        settings.putAll(builder.settings);
        quarantine =
                Duration.parse("PT" + settings.getOrDefault("opnmanager.ports.quarantine", "1s"));
        Path brokerFolder = folder.resolve("broker");
        Database database =
                Database.fresh(
                        server, EmbeddedMariaDb.SCHEMA + "_" + builder.name.replace('-', '_'));
        Certificates certificates = Certificates.make(folder.resolve("certificates"));
        broker =
                with(
                        builder.plainHttp
                                ? Broker.prepareForBrowsers(
                                        brokerFolder, database, certificates, settings)
                                : Broker.prepare(brokerFolder, database, certificates, settings));
        if (builder.gateway) {
            var _ = broker.openGateway();
        }
        if (builder.release != null) {
            broker.release(builder.release);
        }
        if (builder.heap != null) {
            broker.heap(builder.heap);
        }
        nobody =
                with(OperatorClient.anonymous(broker.uri(), broker.certificates().clientContext()));
        network = with(CuttableProxy.start(PROXY_ADDRESS, broker.sshPort()));
    }

    static World start(WorldBuilder builder) throws Exception {
        World world = new World(builder);
        try {
            world.begin(builder.firewalls);
            return world;
        } catch (Exception | AssertionError e) {
            world.parts.forEach(World::closeQuietly);
            throw e;
        }
    }

    private void begin(int count) throws Exception {
        broker.start();
        operator = with(tokenClient(broker));
        for (int i = 1; i <= count; i++) {
            addFirewall("firewall-" + i);
        }
    }

    /**
     * Names a world; its folder, schema and logs have that name. Short, for a socket lies below.
     */
    static WorldBuilder named(String name) {
        return new WorldBuilder(name);
    }

    private OperatorClient tokenClient(Broker at) throws IOException, InterruptedException {
        try (OperatorClient administrator = broker.administratorClient()) {
            return OperatorClient.bearer(
                    at.uri(),
                    broker.certificates().clientContext(),
                    administrator.token("at " + at.uri().getPort()));
        }
    }

    /** Adds a firewall with its page and our agents, and waits until it is online. */
    FirewallSide addFirewall(String name, String... furtherTargets) throws Exception {
        FirewallPage page = with(FirewallPage.start(name));
        long id = operator().createFirewall(name, page.target());
        List<String> targets = new ArrayList<>(List.of(furtherTargets));
        targets.add("127.0.0.1:" + page.port());
        TunnelAgent agent = with(TunnelAgent.prepare(folder.resolve(name), page.target(), targets));
        agent.enrol(
                broker.uri(), broker.certificates().authorityFile(), operator().enrolmentToken(id));
        agent.start();
        QuickconnectAgent quickconnect =
                with(QuickconnectAgent.prepare(folder.resolve(name + "-qc"), agent));
        quickconnect.start();
        Eventually.within(
                Duration.ofSeconds(30),
                () -> assertThat(operator().firewall(id).path("online").asBoolean()).isTrue());
        var side = new FirewallSide(id, page, agent, quickconnect);
        firewalls.add(side);
        return side;
    }

    /** Adds a firewall that has nothing but stock programs. */
    StockFirewall addStockFirewall(String name, String suffix) throws Exception {
        FirewallPage page = with(FirewallPage.start(name));
        long id = operator().createFirewall(name, page.target());
        return StockFirewall.enrol(
                folder.resolve(name), broker, id, page, operator().enrolmentToken(id), suffix);
    }

    /**
     * Adds another broker on the same database. Agents stay with the first: they pinned its key.
     */
    Broker addNode(String name) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>(this.settings);
        settings.put("opnmanager.node.name", name);
        settings.put("opnmanager.ssh.public-host", "127.0.0.1");
        Broker other =
                with(
                        Broker.prepare(
                                folder.resolve(name),
                                broker.database(),
                                broker.certificates(),
                                settings));
        other.start();
        return other;
    }

    /** The same operator at another broker. */
    OperatorClient operatorAt(Broker other) throws IOException, InterruptedException {
        return with(tokenClient(other));
    }

    /** Makes something end with this world. */
    <T extends AutoCloseable> T with(T part) {
        parts.push(part);
        return part;
    }

    Path folder() {
        return folder;
    }

    Broker broker() {
        return broker;
    }

    Rows rows() {
        return new Rows(broker.database());
    }

    OperatorClient operator() {
        if (operator == null) {
            throw new IllegalStateException("the world has not begun");
        }
        return operator;
    }

    /** A token of the first administrator, for a program that is not ours. */
    String operatorToken() throws IOException, InterruptedException {
        try (OperatorClient administrator = broker.administratorClient()) {
            return administrator.token("another program");
        }
    }

    /** Makes an operator whose password is {@link #PASSWORD}. */
    void addOperator(String name, String role) throws Exception {
        Answer made =
                operator()
                        .call(
                                "POST",
                                "/api/v1/operators",
                                OperatorClient.object()
                                        .put("name", name)
                                        .put("password", PASSWORD)
                                        .put("role", role));
        assertThat(made.isSuccess()).as(made.text()).isTrue();
    }

    /** The operators' requests that are live now, the newest first. */
    List<JsonNode> live() throws IOException, InterruptedException {
        return operator()
                .call("GET", "/api/v1/requests?size=500&live=true", null)
                .body()
                .path("items")
                .valueStream()
                .toList();
    }

    /** The administrator's request whose page is shown at this origin. */
    JsonNode requestAt(String origin) throws IOException, InterruptedException {
        return live().stream()
                .filter(request -> request.path("session_url").asText().equals(origin))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no session is at " + origin));
    }

    /** A browser, started when it is first wanted. */
    Chromium chromium() throws IOException {
        if (chromium == null) {
            chromium = with(Chromium.launch(folder.resolve("chromium")));
        }
        return chromium;
    }

    /** The console in a new window of somebody. */
    ConsoleWindow console(Person person) {
        return new ConsoleWindow(person.window(), broker.consoleUri());
    }

    /** The same, signed in there as the first administrator. */
    ConsoleWindow administratorsConsole(Person person) throws IOException {
        Broker.Administrator administrator = broker.administrator();
        return console(person).signIn(administrator.name(), administrator.password());
    }

    /** A caller without any credential. */
    OperatorClient nobody() {
        return nobody;
    }

    /** The line between agents and the SSH port. */
    CuttableProxy network() {
        return network;
    }

    /** The first one. */
    FirewallSide firewall() {
        return firewall(0);
    }

    /** Another one, from 0. */
    FirewallSide firewall(int index) {
        return firewalls.get(index);
    }

    PortRange ports() {
        return ports;
    }

    /** Asks for a tunnel to the firewall's page and waits until it is active. */
    JsonNode openActive(FirewallSide firewall) throws Exception {
        return openActive(OperatorClient.object().put("firewall_id", firewall.id()));
    }

    /** Asks for a tunnel and waits until it is active. */
    JsonNode openActive(ObjectNode ask) throws Exception {
        return awaitActive(operator().open(ask).path("id").asLong());
    }

    JsonNode awaitActive(long request) throws Exception {
        JsonNode row =
                operator()
                        .awaitStatus(
                                request,
                                Set.of("active", "disconnected", "timeout", "expired"),
                                ACTIVE_WITHIN);
        assertThat(row.path("status").asText()).as("%s", row).isEqualTo("active");
        return row;
    }

    /** The firewall's page through the tunnel, with the certificate that the broker pinned. */
    void assertPageThrough(JsonNode request, FirewallPage page) throws Exception {
        assertThat(request.path("certificate_sha256").asText()).isEqualTo(page.fingerprint());
        try (var client =
                new TunnelClient(request.path("tunnel_port").asInt(), page.fingerprint())) {
            HttpResponse<String> answer = client.read("/");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains(page.name());
        }
    }

    /** It listens on 127.0.0.1 and nowhere else. */
    static void assertListensOnLoopbackOnly(int port) throws IOException {
        assertThat(Loopback.listeners(port, port))
                .containsExactly(new Loopback.Listener(port, true));
    }

    /** The request ends in this way in time, and its path is gone soon after. */
    JsonNode assertEnds(JsonNode request, String status, String reason, Duration within)
            throws Exception {
        long id = request.path("id").asLong();
        JsonNode row = operator().awaitStatus(id, ENDED, within);
        assertThat(List.of(row.path("status").asText(), row.path("end_reason").asText()))
                .as("%s", row)
                .containsExactly(status, reason);
        assertThat(row.hasNonNull("ended_at")).isTrue();
        assertPathGone(request.path("tunnel_port").asInt());
        return row;
    }

    /** How long its tunnel was up, by the broker's own clock. */
    static Duration activeFor(JsonNode ended) {
        return Duration.between(
                Instant.parse(ended.path("tunnel_started_at").asText()),
                Instant.parse(ended.path("ended_at").asText()));
    }

    /** No listener, and no orphan of any kind at the broker. */
    void assertPathGone(int port) {
        Eventually.within(Eventually.GONE, () -> assertThat(Loopback.isListening(port)).isFalse());
        Eventually.within(
                Eventually.GONE,
                () -> assertThat(operator().metric("opnmanager_orphans")).isZero());
    }

    /** The agent has confirmed, or it never had anything to confirm. */
    void assertKillConfirmed(JsonNode request) {
        Eventually.within(
                Eventually.TOLD,
                () ->
                        assertThat(
                                        operator()
                                                .request(request.path("id").asLong())
                                                .hasNonNull("kill_confirmed_at"))
                                .isTrue());
    }

    /** The port can be given away again once its quarantine has passed. */
    void assertPortFreed(JsonNode request) {
        Eventually.within(
                quarantine.plus(Eventually.SOON),
                () -> assertThat(rows().portFreed(request.path("id").asLong())).isTrue());
    }

    /** All three. */
    void assertNothingLeft(JsonNode request) {
        assertPathGone(request.path("tunnel_port").asInt());
        assertKillConfirmed(request);
        assertPortFreed(request);
    }

    /** Processes that this JVM has started, now. */
    private static Set<Long> descendants() {
        return ProcessHandle.current()
                .descendants()
                // The server belongs to the whole run, and a test may have started it again.
                .filter(process -> !process.info().command().orElse("").endsWith("mariadbd"))
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
    }

    @Override
    public void close() {
        try {
            end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (Exception e) {
            throw new IllegalStateException("the world did not end as it should", e);
        }
    }

    private void end() throws Exception {
        if (broker.program().isAlive()) {
            for (JsonNode request : live()) {
                operator().close(request.path("id").asLong());
            }
            Eventually.within(
                    Eventually.GONE,
                    () -> assertThat(operator().metric("opnmanager_orphans")).isZero());
        }
        while (!parts.isEmpty()) {
            parts.pop().close();
        }
        Eventually.within(Eventually.GONE, ports::assertNoListener);
        Eventually.within(
                Eventually.SOON,
                () -> assertThat(descendants()).as("processes left").isSubsetOf(processesBefore));
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            // The failure that led here is the one to be seen.
        }
    }
}
