package io.opnmanager.tunnel.benchmarks.site;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opnmanager.tunnel.demo.Broker;
import io.opnmanager.tunnel.demo.Certificates;
import io.opnmanager.tunnel.demo.Database;
import io.opnmanager.tunnel.demo.EmbeddedMariaDb;
import io.opnmanager.tunnel.demo.Loopback;
import io.opnmanager.tunnel.demo.OperatorClient;
import io.opnmanager.tunnel.demo.ProjectRoot;
import io.opnmanager.tunnel.demo.QuickconnectAgent;
import io.opnmanager.tunnel.demo.TunnelAgent;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A broker, its database and firewalls. Closing ends them in the opposite order. One thread owns
 * it.
 */
public final class Site implements AutoCloseable {

    private static final Duration ACTIVE_WITHIN = Duration.ofSeconds(30);
    private static final Duration ONLINE_WITHIN = Duration.ofSeconds(30);
    private static final Set<String> SETTLED =
            Set.of("active", "disconnected", "timeout", "expired");

    private final Path folder;
    private final Way way;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Broker broker;
    private final List<Firewall> firewalls = new ArrayList<>();
    private @Nullable OperatorClient operator;

    /**
     * A firewall with both agents, its tunnels ending where it was told.
     *
     * @param id at the broker
     * @param agent the process that carries tunnels
     * @param quickconnect the process that waits for work
     */
    public record Firewall(long id, TunnelAgent agent, QuickconnectAgent quickconnect) {}

    /**
     * A tunnel that is active.
     *
     * @param request its id
     * @param port on 127.0.0.1 at the broker
     */
    public record Tunnel(long request, int port) {}

    /**
     * How firewalls reach the broker.
     *
     * @param address of the broker as they see it, in numbers
     * @param prefix of the commands of their agents, such as {@code ip netns exec NAME}
     */
    public record Way(String address, List<String> prefix) {
        private static final Way LOOPBACK = new Way("127.0.0.1", List.of());
    }

    private Site(Path folder, Map<String, String> settings, @Nullable String heap, Way way)
            throws Exception {
        this.folder = folder;
        this.way = way;
        EmbeddedMariaDb server = own(EmbeddedMariaDb.open(databaseServer()));
        Map<String, String> all = new LinkedHashMap<>();
        all.put("opnmanager.node.name", "bench");
        all.put("opnmanager.request.drain", "1s");
        all.put("opnmanager.ports.quarantine", "2s");
        // Nobody looks at the console, and 8080 may be somebody else's by the time it starts.
        all.put("quarkus.http.port", Integer.toString(Loopback.freePort()));
        all.putAll(settings);
        broker =
                own(
                        Broker.prepareForBrowsers(
                                folder.resolve("broker"),
                                Database.fresh(server, EmbeddedMariaDb.SCHEMA),
                                Certificates.make(folder.resolve("certificates"), way.address()),
                                all));
        if (heap != null) {
            broker.heap(heap);
        }
    }

    /**
     * Folder of the server that all sites of this machine use, one after the other: to unpack it
     * anew would take some 6 s each time. Below it is {@code server}, the program.
     */
    public static Path databaseServer() {
        return ProjectRoot.path().resolve("benchmarks/target/database");
    }

    /**
     * Starts database and broker.
     *
     * @param settings configuration keys of the broker that differ from their defaults
     */
    public static Site start(Path folder, Map<String, String> settings) throws Exception {
        return start(folder, settings, null, false);
    }

    /**
     * The same.
     *
     * @param heap the broker's largest heap, such as {@code 512m}; {@code null} for the usual one
     * @param gateway whether it has its gateway for programs
     */
    public static Site start(
            Path folder, Map<String, String> settings, @Nullable String heap, boolean gateway)
            throws Exception {
        Site site = new Site(folder, settings, heap, Way.LOOPBACK);
        return site.start(gateway);
    }

    /** The same with firewalls somewhere else: all that they say to the broker goes this way. */
    public static Site start(Path folder, Way way) throws Exception {
        Map<String, String> settings =
                Map.of(
                        "quarkus.http.host", "0.0.0.0",
                        "opnmanager.ssh.host", way.address(),
                        "opnmanager.ssh.public-host", way.address());
        return new Site(folder, settings, null, way).start(false);
    }

    private Site start(boolean gateway) throws Exception {
        try {
            if (gateway) {
                var _ = broker.openGateway();
            }
            broker.start();
            try (OperatorClient administrator = broker.administratorClient()) {
                operator =
                        own(
                                OperatorClient.bearer(
                                        broker.uri(),
                                        broker.certificates().clientContext(),
                                        administrator.token("benchmarks")));
            }
            return this;
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    /** The broker's process and where it listens. */
    public Broker broker() {
        return broker;
    }

    /** The operator API, by a token of the first administrator. */
    public OperatorClient operator() {
        if (operator == null) {
            throw new IllegalStateException("the broker was not started");
        }
        return operator;
    }

    /**
     * Makes a firewall and enrols its agent, which is not started.
     *
     * @param target {@code host:port} that tunnels end at, plain TCP
     */
    public TunnelAgent enrol(String name, String target) throws Exception {
        return enrol(operator().createFirewall(name, "http://" + target), name, target);
    }

    private TunnelAgent enrol(long id, String name, String target) throws Exception {
        TunnelAgent agent =
                own(
                        TunnelAgent.prepare(
                                folder.resolve(name),
                                "http://" + target,
                                List.of(target),
                                way.prefix()));
        agent.enrol(
                URI.create("https://%s:%d".formatted(way.address(), broker.uri().getPort())),
                broker.certificates().authorityFile(),
                operator().enrolmentToken(id));
        return agent;
    }

    /**
     * Adds a firewall and waits until it is online.
     *
     * @param target {@code host:port} that tunnels end at, plain TCP
     */
    public Firewall addFirewall(String name, String target) throws Exception {
        long id = operator().createFirewall(name, "http://" + target);
        TunnelAgent agent = enrol(id, name, target);
        agent.start();
        QuickconnectAgent quickconnect =
                own(QuickconnectAgent.prepare(folder.resolve(name + "-quickconnect"), agent));
        quickconnect.start();
        quickconnect
                .program()
                .awaitReady(
                        ONLINE_WITHIN, () -> operator().firewall(id).path("online").asBoolean());
        Firewall firewall = new Firewall(id, agent, quickconnect);
        firewalls.add(firewall);
        return firewall;
    }

    /** In the order in which they were added. */
    public List<Firewall> firewalls() {
        return List.copyOf(firewalls);
    }

    /**
     * Opens a tunnel and waits until it is active.
     *
     * @throws IOException when it ended instead
     */
    public Tunnel open(Firewall firewall) throws IOException, InterruptedException {
        ObjectNode ask = OperatorClient.object().put("firewall_id", firewall.id());
        long id = operator().open(ask).path("id").asLong();
        JsonNode row = operator().awaitStatus(id, SETTLED, ACTIVE_WITHIN);
        if (!row.path("status").asText().equals("active")) {
            throw new IOException("wanted an active tunnel, found " + row);
        }
        return new Tunnel(id, row.path("tunnel_port").asInt());
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                System.err.println("benchmarks: could not be ended: " + e.getMessage());
            }
        }
    }
}
