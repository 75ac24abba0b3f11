package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.firewall.PinVerdict;
import io.opnmanager.tunnel.broker.firewall.Pins;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.request.NodeRows;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.request.RequestSettings;
import io.opnmanager.tunnel.broker.request.Requests;
import io.opnmanager.tunnel.contract.EndReason;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the far end of a tunnel answers: probes until it first does, makes the request active
 * when its agent has reported too, and probes again every heartbeat. A changed certificate ends the
 * request.
 *
 * <p>Each tunnel is probed by one virtual thread at a time.
 */
@ApplicationScoped
class Vitality {

    private static final Logger LOG = Logger.getLogger(Vitality.class);

    /** After a heartbeat without an answer the next try comes sooner. */
    private static final Duration RETRY = Duration.ofSeconds(10);

    private final Requests requests;
    private final NodeRows nodeRows;
    private final Pins pins;
    private final Meters meters;
    private final ThisNode node;

    /** Guarded by itself; an entry goes with its tunnel. */
    private final Map<Tunnel, State> states = new WeakHashMap<>();

    Vitality(Requests requests, NodeRows nodeRows, Pins pins, Meters meters, ThisNode node) {
        this.requests = requests;
        this.nodeRows = nodeRows;
        this.pins = pins;
        this.meters = meters;
        this.node = node;
    }

    /** Settings and meters, apart only to keep constructors short. */
    @Singleton
    static class Meters {
        private final RequestSettings settings;
        private final TunnelMetrics metrics;

        Meters(RequestSettings settings, TunnelMetrics metrics) {
            this.settings = settings;
            this.metrics = metrics;
        }
    }

    /** What is known of one tunnel's far end. */
    private static final class State {
        private final AtomicBoolean probing = new AtomicBoolean();
        private volatile boolean answered;
        private volatile byte @Nullable [] certificate;
        private volatile long nextProbe;
    }

    /** The listener is up: ask until the target answers or time is over. */
    void begin(Tunnel tunnel, RequestRow row) {
        State state = state(tunnel);
        if (state.probing.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("probe-" + tunnel.port())
                    .start(() -> untilAnswered(tunnel, row, state));
        }
    }

    private State state(Tunnel tunnel) {
        synchronized (states) {
            return states.computeIfAbsent(tunnel, key -> new State());
        }
    }

    private void untilAnswered(Tunnel tunnel, RequestRow row, State state) {
        String lastNote = "";
        int failures = 0;
        try {
            while (tunnel.isOpen() && Instant.now().isBefore(row.view().deadline())) {
                try {
                    probe(tunnel, row, state);
                    reported(tunnel, row);
                    return;
                } catch (IOException e) {
                    String note = "the tunnel is up but " + reason(e);
                    if (!note.equals(lastNote)) {
                        requests.note(row.id(), note);
                        lastNote = note;
                    }
                }
                Thread.sleep(Probe.pause(failures++));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warnf("probe failed: request=%d error=%s", row.id(), e.getMessage());
        } finally {
            state.probing.set(false);
        }
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null ? "the target did not answer" : message;
    }

    private void probe(Tunnel tunnel, RequestRow row, State state) throws IOException {
        Target target = Target.parse(row.view().target());
        byte[] certificate;
        try {
            certificate = Probe.run(tunnel, target);
        } catch (IOException e) {
            meters.metrics.probed(false);
            throw e;
        }
        meters.metrics.probed(true);
        if (certificate != null) {
            switch (pins.check(row.firewallId(), target, certificate)) {
                case PinVerdict.Pinned pinned ->
                        LOG.infof(
                                "certificate pinned: request=%d firewall=%d",
                                row.id(), row.firewallId());
                case PinVerdict.Matches matches -> {}
                case PinVerdict.Differs differs -> {
                    changed(row, differs.pinned(), certificate);
                    return;
                }
            }
        }
        state.certificate = certificate;
        state.answered = true;
        state.nextProbe = System.nanoTime() + meters.settings.heartbeat().toNanos();
    }

    private void changed(RequestRow row, String pinned, byte[] shown) {
        requests.end(
                row.id(),
                EndReason.CERTIFICATE_CHANGED,
                new Caller.Node(node.name()),
                "the target showed another certificate than the pinned one: pinned sha256=%s shown sha256=%s"
                        .formatted(pinned, HexFormat.of().formatHex(shown)));
    }

    /**
     * The agent may have reported meanwhile: if the target has answered, the request becomes
     * active.
     */
    void reported(Tunnel tunnel, RequestRow row) {
        State state = state(tunnel);
        if (state.answered) {
            requests.establish(row.id(), state.certificate);
        } else if (tunnel.isOpen()) {
            begin(tunnel, row);
        }
    }

    /** The request is active: probe when it is time. */
    void heartbeat(Tunnel tunnel, RequestRow row) {
        State state = state(tunnel);
        if (System.nanoTime() - state.nextProbe < 0 || !state.probing.compareAndSet(false, true)) {
            return;
        }
        Thread.ofVirtual()
                .name("probe-" + tunnel.port())
                .start(() -> {
                    try {
                        probe(tunnel, row, state);
                        nodeRows.probed(row.id());
                    } catch (IOException e) {
                        state.nextProbe = System.nanoTime() + retry().toNanos();
                        LOG.infof(
                                "heartbeat not answered: request=%d error=%s",
                                row.id(), e.getMessage());
                    } catch (RuntimeException e) {
                        LOG.warnf(
                                "heartbeat failed: request=%d error=%s", row.id(), e.getMessage());
                    } finally {
                        state.probing.set(false);
                    }
                });
    }

    private Duration retry() {
        Duration heartbeat = meters.settings.heartbeat();
        return heartbeat.compareTo(RETRY) < 0 ? heartbeat : RETRY;
    }
}
