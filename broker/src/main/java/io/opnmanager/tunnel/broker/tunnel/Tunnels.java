package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.request.NodeRows;
import io.opnmanager.tunnel.broker.request.RequestMoved;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.request.RequestSettings;
import io.opnmanager.tunnel.broker.request.Requests;
import io.opnmanager.tunnel.broker.tunnel.ForwardPolicy.Decision;
import io.opnmanager.tunnel.broker.tunnel.ForwardPolicy.Refusal;
import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.agent.LineEnd;
import io.opnmanager.tunnel.contract.line.LineSession;
import io.opnmanager.tunnel.contract.line.LineTransport;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.sshd.common.util.threads.CloseableExecutorService;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Every line and tunnel of this node, compared with the rows: at once when this node moved a
 * request, and every second whatever happened. A tunnel whose row has ended is closed; an active
 * row whose tunnel is gone ends. No message has to arrive for this to heal.
 *
 * <p>All maps are concurrent. Work that touches the database runs in virtual threads, never in a
 * thread of MINA.
 *
 * <p>About 400 lines, because tunnels and rows are compared with one another: each of the maps is
 * right only in the light of the other. Lines, probes and limits stand apart.
 */
@ApplicationScoped
class Tunnels {

    private static final Logger LOG = Logger.getLogger(Tunnels.class);

    private final NodeRows nodeRows;
    private final Requests requests;
    private final ThisNode node;
    private final Rules rules;
    private final Vitality vitality;

    /** The live rows of this node, as last seen. */
    private final Map<Long, RequestRow> rows = new ConcurrentHashMap<>();

    /** The tunnel that serves each request now. */
    private final Map<Long, Tunnel> tunnels = new ConcurrentHashMap<>();

    private final ReentrantLock opening = new ReentrantLock();

    private final Lines lines;

    private volatile boolean recovered;

    Tunnels(NodeRows nodeRows, Requests requests, ThisNode node, Rules rules, Vitality vitality) {
        this.nodeRows = nodeRows;
        this.requests = requests;
        this.node = node;
        this.rules = rules;
        this.vitality = vitality;
        this.lines = new Lines(rules.ssh);
        rules.metrics.watch(tunnels::size, lines::size, this::orphans);
    }

    /** Limits, meters and what moves bytes, apart only to keep constructors short. */
    @Singleton
    static class Rules {
        private final SshSettings ssh;
        private final RequestSettings request;
        private final TunnelMetrics metrics;
        private final Splices splices;

        Rules(SshSettings ssh, RequestSettings request, TunnelMetrics metrics, Splices splices) {
            this.splices = splices;
            this.ssh = ssh;
            this.request = request;
            this.metrics = metrics;
        }
    }

    /** After a start: what the process before had open is gone, and its rows are told so. */
    void recover() {
        nodeRows.recover();
        nodeRows.held().stream().filter(RequestRow::isLive).forEach(row -> rows.put(row.id(), row));
        recovered = true;
    }

    /** The live requests of a firewall on this node, in memory: asked in threads of MINA. */
    List<RequestRow> liveOf(long firewall) {
        return rows.values().stream()
                .filter(row -> row.isLive() && row.firewallId() == firewall)
                .toList();
    }

    /** The tunnel that serves a request now, if it is up on this node. */
    @Nullable Tunnel of(long request) {
        return tunnels.get(request);
    }

    /** For the SSH entrance: a line and the connections of its tunnel are one thread's. */
    LineTransport transport(Supplier<CloseableExecutorService> patient) {
        return rules.splices.lines(patient);
    }

    void authenticated(Line line) {
        lines.add(line);
    }

    /**
     * A line asks for a port.
     *
     * @return its tunnel, bound and to be begun once the line was told, or {@code null} when it is
     *     refused
     */
    @Nullable Tunnel forward(Line line, String host, int port) {
        Decision decision =
                line.firstForward()
                        ? ForwardPolicy.decide(line.firewall(), host, port, rows.values())
                        : new Decision.Refused(Refusal.SECOND_FORWARD);
        return switch (decision) {
            case Decision.Permitted permitted -> open(line, permitted.request());
            case Decision.Refused refused -> refuse(line, port, refused.why());
        };
    }

    private @Nullable Tunnel refuse(Line line, int port, Refusal why) {
        rules.metrics.refused(why);
        LOG.infof("forward refused: firewall=%d port=%d kind=%s", line.firewall(), port, why);
        return null;
    }

    private @Nullable Tunnel open(Line line, RequestRow row) {
        long id = row.id();
        Tunnel.Terms terms =
                new Tunnel.Terms(
                        id,
                        row.view().tunnelPort(),
                        row.view().byteLimit(),
                        rules.request.connections(),
                        rules.splices.path(line.session()));
        Tunnel tunnel = replace(terms, line, row);
        if (tunnel == null) {
            return refuse(line, terms.port(), Refusal.PORT_TAKEN);
        }
        line.serves(tunnel);
        return tunnel;
    }

    /**
     * The line was told that it has its port: connections may come, and the first is our own probe.
     */
    void begin(Tunnel tunnel) {
        RequestRow row = rows.get(tunnel.request());
        if (row == null || !tunnel.line().session().isOpen()) {
            // The request or the line went before it was known whose tunnel this is.
            lost(tunnel.line());
            tunnel.close();
            return;
        }
        LineSession.of(tunnel.line().session()).carry();
        tunnel.start();
        rules.metrics.established(row.view().createdAt());
        LOG.infof(
                "tunnel up: request=%d firewall=%d port=%d",
                row.id(), row.firewallId(), tunnel.port());
        vitality.begin(tunnel, row);
    }

    /** One at a time: the older line's listener must be closed before the newer one's is bound. */
    private @Nullable Tunnel replace(Tunnel.Terms terms, Line line, RequestRow row) {
        opening.lock();
        try {
            Tunnel older = tunnels.remove(row.id());
            if (older != null) {
                LOG.warnf(
                        "tunnel replaced by a newer connection: request=%d firewall=%d",
                        row.id(), row.firewallId());
                older.close(LineEnd.REPLACED);
            }
            Tunnel tunnel = bind(terms, line);
            if (tunnel != null) {
                tunnels.put(row.id(), tunnel);
            }
            return tunnel;
        } finally {
            opening.unlock();
        }
    }

    private @Nullable Tunnel bind(Tunnel.Terms terms, Line line) {
        try {
            return Tunnel.bind(
                    terms,
                    line,
                    rules.metrics,
                    () -> inBackground(() -> byteLimit(terms.request())));
        } catch (IOException e) {
            LOG.warnf(
                    "port could not be bound: request=%d port=%d error=%s",
                    terms.request(), terms.port(), e.getMessage());
            return null;
        }
    }

    private void byteLimit(long id) {
        requests.end(id, EndReason.BYTE_LIMIT, self(), null);
    }

    /** A line gives its port back: the same as hanging up, because it serves nothing else. */
    boolean cancel(Line line) {
        if (line.tunnel() == null) {
            return false;
        }
        line.disconnect("the port was given back");
        return true;
    }

    /**
     * A line is gone. If its tunnel was active, its request ends; a pending one may still be
     * dialled again.
     */
    void lost(Line line) {
        lines.remove(line);
        Tunnel tunnel = line.tunnel();
        if (tunnel == null || !tunnels.remove(tunnel.request(), tunnel)) {
            return;
        }
        tunnel.close();
        inBackground(() -> lineLost(tunnel.request()));
    }

    private void lineLost(long id) {
        RequestRow row = rows.get(id);
        if (row == null || !row.isLive()) {
            nodeRows.listenersClosed(List.of(id));
            return;
        }
        requests.find(id)
                .ifPresent(now -> {
                    switch (now.status()) {
                        case ACTIVE ->
                                requests.end(id, EndReason.LINE_LOST, self(), "the SSH line ended");
                        case PENDING -> {}
                        case DISCONNECTED, TIMEOUT, EXPIRED ->
                                nodeRows.listenersClosed(List.of(id));
                    }
                });
    }

    /** This node moved a request. */
    void moved(@Observes RequestMoved move) {
        RequestRow row = move.row();
        if (!row.view().node().equals(node.name())) {
            return;
        }
        if (row.isLive()) {
            rows.put(row.id(), row);
            Tunnel tunnel = tunnels.get(row.id());
            if (tunnel != null) {
                inBackground(() -> vitality.reported(tunnel, row));
            }
        } else {
            rows.remove(row.id());
            inBackground(
                    () -> end(row.id(), LineEnd.REQUEST_ENDED + ": " + row.view().endReason()));
        }
    }

    private void end(long id, String why) {
        Tunnel tunnel = tunnels.remove(id);
        if (tunnel != null) {
            nodeRows.traffic(
                    List.of(new NodeRows.Traffic(id, tunnel.bytesIn(), tunnel.bytesOut(), false)));
            tunnel.close(why);
        }
        nodeRows.listenersClosed(List.of(id));
    }

    /** The comparison with the rows. */
    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void reconcile() {
        if (!recovered) {
            // Schedules run before the start is done, and would call a restart a lost line.
            return;
        }
        lines.beat(firewall -> !liveOf(firewall).isEmpty());
        tunnels.values().forEach(Tunnel::sweep);
        try {
            Set<Long> before = new HashSet<>(rows.keySet());
            List<RequestRow> held = nodeRows.held();
            see(before, held);
            writeTraffic();
            compare(held);
        } catch (RuntimeException e) {
            LOG.warnf(
                    "the comparison with the rows failed and is tried again in a second: error=%s",
                    e.getMessage());
        }
    }

    private void see(Set<Long> before, List<RequestRow> held) {
        Set<Long> live = new HashSet<>();
        for (RequestRow row : held) {
            if (row.isLive()) {
                live.add(row.id());
                rows.put(row.id(), row);
            }
        }
        // Rows that came while the query ran are not in its answer.
        before.stream().filter(id -> !live.contains(id)).forEach(rows::remove);
    }

    private void compare(List<RequestRow> held) {
        List<Long> closed = new ArrayList<>();
        for (RequestRow row : held) {
            Tunnel tunnel = tunnels.get(row.id());
            switch (row.status()) {
                case PENDING -> {
                    if (tunnel != null) {
                        vitality.reported(tunnel, row);
                    }
                }
                case ACTIVE -> {
                    if (tunnel == null) {
                        requests.end(
                                row.id(),
                                EndReason.LINE_LOST,
                                self(),
                                "no tunnel was found for the active request");
                    } else {
                        vitality.heartbeat(tunnel, row);
                    }
                }
                case DISCONNECTED, TIMEOUT, EXPIRED -> closed.add(row.id());
            }
        }
        for (Tunnel tunnel : List.copyOf(tunnels.values())) {
            if (!rows.containsKey(tunnel.request()) && tunnels.remove(tunnel.request(), tunnel)) {
                tunnel.close(LineEnd.REQUEST_ENDED);
            }
        }
        closed.removeIf(tunnels::containsKey);
        nodeRows.listenersClosed(closed);
    }

    private void writeTraffic() {
        nodeRows.traffic(
                tunnels.values().stream()
                        .filter(Tunnel::movedSinceLastLook)
                        .map(tunnel ->
                                new NodeRows.Traffic(
                                        tunnel.request(),
                                        tunnel.bytesIn(),
                                        tunnel.bytesOut(),
                                        tunnel.activeSinceLastLook()))
                        .toList());
    }

    /** Lines and listeners without a live row: what the gauge shows. */
    private int orphans() {
        int orphans = 0;
        for (Line line : lines.all()) {
            Tunnel tunnel = line.tunnel();
            if (liveOf(line.firewall()).isEmpty()
                    || (tunnel != null
                            && tunnel.isOpen()
                            && tunnels.get(tunnel.request()) != tunnel)) {
                orphans++;
            }
        }
        for (Tunnel tunnel : tunnels.values()) {
            if (!rows.containsKey(tunnel.request())) {
                orphans++;
            }
        }
        return orphans;
    }

    /** The broker stops: whatever is left is closed. */
    void closeAll() {
        Collection<Tunnel> left = List.copyOf(tunnels.values());
        left.forEach(tunnel -> tunnel.close("the broker stops"));
        lines.disconnectAll("the broker stops");
        try {
            nodeRows.listenersClosed(left.stream().map(Tunnel::request).toList());
        } catch (RuntimeException e) {
            LOG.warnf(
                    "closed listeners could not be written down, the next start does: error=%s",
                    e.getMessage());
        }
    }

    private Caller self() {
        return new Caller.Node(node.name());
    }

    private static void inBackground(Runnable work) {
        Thread.ofVirtual()
                .name("tunnels")
                .start(() -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        LOG.warnf("left to the comparison with the rows: error=%s", e.getMessage());
                    }
                });
    }
}
