package io.opnmanager.tunnel.agent.tunnel;

import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.transport.Endpoint;
import io.opnmanager.tunnel.agent.transport.HostKeys;
import io.opnmanager.tunnel.agent.transport.SshTransport;
import io.opnmanager.tunnel.agent.transport.Target;
import io.opnmanager.tunnel.contract.agent.Checkin.HeldTunnel;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.Kill;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer.PendingRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * All tunnels of this agent. It does what a check-in's answer says, however often the same answer
 * comes: one request, one tunnel.
 */
public final class Tunnels implements AutoCloseable {
    private static final Logger log = Logger.getLogger(Tunnels.class);

    private static final int MOST_TUNNELS = 64;

    /** An answer with more orders is followed this far; the rest comes with the next one. */
    private static final int MOST_ORDERS = 1000;

    private static final Duration LONGEST_PATIENCE = Duration.ofMinutes(10);
    private static final Duration CLOSING = Duration.ofSeconds(1);

    private final Map<Long, Tunnel> held = new ConcurrentHashMap<>();
    private final SshTransport transport;
    private final Broker broker;
    private final AllowedTargets allowed;
    private final Endpoint usualEndpoint;
    private final TunnelWatch watch;
    private boolean closed;

    public Tunnels(
            SshTransport transport,
            Broker broker,
            AllowedTargets allowed,
            Endpoint usualEndpoint,
            TunnelWatch watch) {
        this.transport = transport;
        this.broker = broker;
        this.allowed = allowed;
        this.usualEndpoint = usualEndpoint;
        this.watch = watch;
    }

    /** Does what the broker's answer says. Returns at once; tunnels report when they are done. */
    public synchronized void follow(CheckinAnswer answer) {
        if (closed) {
            return;
        }
        pin(listOf(answer.sshHostKeys()));
        listOf(answer.kill()).stream().limit(MOST_ORDERS).forEach(this::kill);
        listOf(answer.pendingRequests()).stream()
                .limit(MOST_ORDERS)
                .forEach(request -> open(request, answer.serverTime()));
    }

    /**
     * Before anything is dialled: a firewall that was away while the key was replaced comes back.
     */
    private void pin(List<String> hostKeys) {
        if (hostKeys.isEmpty()) {
            return;
        }
        try {
            transport.pin(HostKeys.of(hostKeys));
        } catch (IllegalArgumentException e) {
            log.warnf("the broker's SSH host keys stay as they were: %s", e.getMessage());
        }
    }

    /** A broker may leave out an empty list. */
    private static <T> List<T> listOf(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private void kill(Kill kill) {
        Tunnel tunnel = held.get(kill.requestId());
        log.infof(
                "kill asked for request=%d reason=%s held=%b",
                kill.requestId(), kill.reason(), tunnel != null);
        if (tunnel != null) {
            tunnel.end("killed: " + kill.reason());
        } else {
            watch.disconnected(kill.requestId(), 0, "nothing is held");
        }
    }

    private void open(PendingRequest request, @Nullable Instant now) {
        Tunnel known = held.get(request.requestId());
        if (known != null) {
            if (known.up()) {
                watch.stillActive(request.requestId(), request.tunnelPort());
            }
            return;
        }
        Optional<Target> target = allowed.find(request.targetHost(), request.targetPort());
        if (target.isEmpty()) {
            refuse(
                    request,
                    "target "
                            + request.targetHost()
                            + ":"
                            + request.targetPort()
                            + " is not in agent.targets of this firewall");
            return;
        }
        if (held.size() >= MOST_TUNNELS) {
            refuse(request, "this agent holds " + MOST_TUNNELS + " tunnels already");
            return;
        }
        Tunnel tunnel =
                new Tunnel(
                        new Tunnel.Order(
                                request.requestId(),
                                request.tunnelPort(),
                                endpointOf(request),
                                target.get(),
                                patience(request.deadline(), now)),
                        transport,
                        broker,
                        watch,
                        () -> held.remove(request.requestId()));
        held.put(request.requestId(), tunnel);
        tunnel.start();
    }

    private void refuse(PendingRequest request, String detail) {
        log.warnf("request refused request=%d detail=%s", request.requestId(), detail);
        watch.failed(request.requestId(), request.tunnelPort(), detail);
    }

    private Endpoint endpointOf(PendingRequest request) {
        String host = request.sshHost();
        return host == null || host.isBlank()
                ? usualEndpoint
                : new Endpoint(host, request.sshPort());
    }

    /**
     * Both moments are the broker's, so that a wrong clock on the firewall neither hurries nor
     * stretches anything.
     */
    private static Duration patience(@Nullable Instant deadline, @Nullable Instant now) {
        if (deadline == null || now == null) {
            return Duration.ofSeconds(30);
        }
        Duration left = Duration.between(now, deadline);
        return left.compareTo(LONGEST_PATIENCE) < 0 ? left : LONGEST_PATIENCE;
    }

    /** The tunnels that are up, for the check-in. */
    public List<HeldTunnel> held() {
        long pid = ProcessHandle.current().pid();
        return held.entrySet().stream()
                .filter(entry -> entry.getValue().up())
                .map(entry -> new HeldTunnel(entry.getKey(), pid, entry.getValue().port()))
                .toList();
    }

    /** Ends all and waits a moment for them. */
    @Override
    public void close() {
        List<Tunnel> last;
        synchronized (this) {
            closed = true;
            last = List.copyOf(held.values());
        }
        last.forEach(tunnel -> tunnel.end("the agent stops"));
        long until = System.nanoTime() + CLOSING.toNanos();
        try {
            for (Tunnel tunnel : last) {
                tunnel.awaitEnd(Duration.ofNanos(Math.max(1, until - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
