package io.opnmanager.tunnel.broker.firewall;

import io.opnmanager.tunnel.broker.events.Listeners;
import io.opnmanager.tunnel.broker.events.Streams;
import io.opnmanager.tunnel.broker.events.Told;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.operator.Firewall;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Changes of firewalls for whoever listens: one look at narrow keys every two seconds for all
 * listeners together, of all nodes' changes alike, and none while nobody listens.
 */
@ApplicationScoped
class FleetEvents {

    private static final Logger LOG = Logger.getLogger(FleetEvents.class);

    /**
     * Looked at again in every round: rows are committed a little after the moment that they carry.
     */
    private static final Duration OVERLAP = Duration.ofSeconds(5);

    private static final int AT_ONCE = 200;

    private final Fleet fleet;
    private final Sight sight;
    private final Listeners<Firewall> listeners;

    /** Only the scheduled look touches it and what follows, one at a time. */
    private @Nullable Instant since;

    /** As each was, without what moves with every check of an agent. */
    private final Told<Firewall> told = new Told<>(20_000);

    private boolean blind;

    FleetEvents(Fleet fleet, Sight sight, Streams streams) {
        this.fleet = fleet;
        this.sight = sight;
        this.listeners = streams.listeners();
    }

    /** Every change from now on within the reach of the listener. */
    Multi<Firewall> of(Caller.Operator who) {
        return listeners.listen(
                who, firewall -> who.reach().includes(firewall.tags()) ? firewall : null);
    }

    @Scheduled(every = "2s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    synchronized void look() {
        if (listeners.isEmpty()) {
            since = null;
            told.forget();
            return;
        }
        try {
            Instant now = fleet.now();
            Instant from = since == null ? now.minus(OVERLAP) : since;
            List<Long> changed = fleet.changedSince(from);
            for (int i = 0; i < changed.size(); i += AT_ONCE) {
                fleet.rows(changed.subList(i, Math.min(i + AT_ONCE, changed.size())))
                        .forEach(row -> tell(sight.of(row)));
            }
            since = now.minus(OVERLAP);
            blind = false;
        } catch (RuntimeException e) {
            if (!blind) {
                LOG.warnf("changes of firewalls cannot be told: error=%s", e.getMessage());
            }
            blind = true;
        }
    }

    private void tell(Firewall firewall) {
        if (told.isNew(firewall.id(), still(firewall))) {
            listeners.tell(firewall);
        }
    }

    private static Firewall still(Firewall firewall) {
        return new Firewall(
                firewall.id(),
                firewall.name(),
                firewall.tags(),
                firewall.kind(),
                firewall.webTarget(),
                firewall.enrolled(),
                firewall.online(),
                firewall.liveRequests(),
                firewall.hostname(),
                firewall.platform(),
                firewall.agentVersion(),
                firewall.sshKeyFingerprint(),
                null,
                firewall.enrolledAt(),
                firewall.createdAt());
    }
}
