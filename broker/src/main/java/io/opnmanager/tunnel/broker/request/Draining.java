package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.firewall.CredentialRevoked;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.EndReason;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/**
 * Ends many requests at once, because what they stood on goes away: the broker or a firewall's
 * credential.
 */
@ApplicationScoped
class Draining {

    private static final Logger LOG = Logger.getLogger(Draining.class);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Jdbi jdbi;
    private final RequestSettings settings;
    private final ThisNode node;
    private final Requests requests;
    private final WorkWatch watch;

    Draining(
            Jdbi jdbi,
            RequestSettings settings,
            ThisNode node,
            Requests requests,
            WorkWatch watch) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.node = node;
        this.requests = requests;
        this.watch = watch;
    }

    /**
     * The HTTP server still answers here: operators go on with their sessions for the drain time,
     * nothing new begins.
     */
    void stopping(@Observes ShutdownDelayInitiatedEvent event) {
        node.drain();
        watch.release();
        long end = System.nanoTime() + settings.drain().toNanos();
        List<Long> live = liveHere();
        if (!live.isEmpty()) {
            LOG.infof(
                    "draining: node=%s live=%d wait=%s",
                    node.name(), live.size(), settings.drain());
        }
        while (!live.isEmpty() && System.nanoTime() < end) {
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            live = liveHere();
        }
        endAll(
                live,
                EndReason.BROKER_STOPPED,
                new Caller.Node(node.name()),
                "the broker was stopped");
    }

    void revoked(@Observes CredentialRevoked event) {
        endAll(
                live("firewall_id = :value", event.firewallId()),
                EndReason.CREDENTIAL_REVOKED,
                new Caller.Node(node.name()),
                "the firewall's credential was revoked or rotated");
    }

    private List<Long> liveHere() {
        return live("node = :value", node.name());
    }

    private List<Long> live(String condition, Object value) {
        return jdbi.withHandle(handle ->
                handle.createQuery("SELECT id FROM request_queue WHERE live = 1 AND " + condition)
                        .bind("value", value)
                        .mapTo(Long.class)
                        .list());
    }

    private void endAll(List<Long> ids, EndReason reason, Caller by, String detail) {
        for (long id : ids) {
            requests.end(id, reason, by, detail);
        }
    }
}
