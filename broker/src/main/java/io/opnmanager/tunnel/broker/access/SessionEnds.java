package io.opnmanager.tunnel.broker.access;

import io.opnmanager.tunnel.broker.cluster.ThisNode;
import io.opnmanager.tunnel.broker.firewall.Pins;
import io.opnmanager.tunnel.broker.firewall.Target;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.broker.request.RequestRow;
import io.opnmanager.tunnel.broker.request.Requests;
import io.opnmanager.tunnel.contract.EndReason;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * Ends sessions for what only the side of the browser sees: the last window says farewell, the page
 * shows another certificate. Never waits: rows are written in virtual threads.
 */
@Singleton
public class SessionEnds {

    private static final Logger LOG = Logger.getLogger(SessionEnds.class);

    /** A session that is being left is looked at so often; what it waits for can come sooner. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Requests requests;
    private final ThisNode node;
    private final Pins pins;
    private final AccessMetrics metrics;
    private final Vertx vertx;

    SessionEnds(Requests requests, ThisNode node, Pins pins, AccessMetrics metrics, Vertx vertx) {
        this.requests = requests;
        this.node = node;
        this.pins = pins;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    /** A window says farewell. */
    public void left(LiveSession session, String tab) {
        session.attendance().left(tab);
        if (session.attendance().leavesIn().isPresent() && session.watch()) {
            watch(session);
        }
    }

    private void watch(LiveSession session) {
        OptionalLong left = session.attendance().leavesIn();
        if (left.isEmpty() || !session.isActive()) {
            session.unwatch();
        } else if (left.getAsLong() <= 0) {
            session.unwatch();
            inBackground(() -> endIfLeft(session));
        } else {
            long wait = Math.min(Duration.ofNanos(left.getAsLong()).toMillis(), LOOK.toMillis());
            vertx.setTimer(wait + 1, timer -> watch(session));
        }
    }

    /** Blocks when there is something to end. */
    void endIfLeft(LiveSession session) {
        OptionalLong left = session.attendance().leavesIn();
        if (left.isPresent()
                && left.getAsLong() <= 0
                && requests.end(
                        session.request(),
                        EndReason.WINDOW_GONE,
                        new Caller.Node(node.name()),
                        "the last window was closed")) {
            metrics.presenceEnded();
        }
    }

    /** The relay met another certificate than the pinned one; nothing went through. */
    public void wrongCertificate(LiveSession session, byte[] shown) {
        inBackground(() -> {
            RequestRow row = session.row();
            Target target = Target.parse(row.view().target());
            // Noted as offered, for an operator to accept. Whatever the verdict, this session goes:
            // it was begun with another one.
            var _ = pins.check(row.firewallId(), target, shown);
            requests.end(
                    row.id(),
                    EndReason.CERTIFICATE_CHANGED,
                    new Caller.Node(node.name()),
                    "the target showed another certificate than at the beginning: sha256="
                            + HexFormat.of().formatHex(shown));
        });
    }

    static void inBackground(Runnable work) {
        Thread.ofVirtual()
                .name("sessions")
                .start(() -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        LOG.warnf("left to the comparison with the rows: error=%s", e.getMessage());
                    }
                });
    }
}
