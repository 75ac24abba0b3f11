package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.events.Listeners;
import io.opnmanager.tunnel.broker.events.Streams;
import io.opnmanager.tunnel.broker.events.Told;
import io.opnmanager.tunnel.broker.identity.Caller;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.LongFunction;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Moves of requests for whoever listens: this node's at once, other nodes' within a second by one
 * query for all listeners together, which runs only while somebody listens.
 */
@ApplicationScoped
class RequestEvents {

    private static final Logger LOG = Logger.getLogger(RequestEvents.class);

    /** Rows are committed a little after the moment that they carry. */
    private static final Duration OVERLAP = Duration.ofSeconds(3);

    private final Jdbi jdbi;
    private final RequestSight sight;
    private final Listeners<RequestRow> listeners;

    private final Told<Moment> told = new Told<>(10_000);

    RequestEvents(Jdbi jdbi, RequestSight sight, Streams streams) {
        this.jdbi = jdbi;
        this.sight = sight;
        this.listeners = streams.listeners();
    }

    /** In the life of a request; what is read of it besides may change without being told. */
    private record Moment(Instant movedAt, boolean handedOut, boolean reported) {}

    /** The request as it is now and every move until its end. */
    Multi<TunnelRequest> ofOne(
            Caller.Operator who, RequestRow now, LongFunction<RequestRow> again) {
        return listeners.listen(
                who,
                row -> row.id() == now.id() ? seen(who, row) : null,
                row -> !row.isLive(),
                // Read once more after listening began: it may have moved in between.
                teller ->
                        Thread.ofVirtual()
                                .name("events")
                                .start(() -> teller.accept(again.apply(now.id()))));
    }

    /** Every move from now on that the listener may see. */
    Multi<TunnelRequest> ofAll(Caller.Operator who) {
        return listeners.listen(who, row -> seen(who, row));
    }

    private @Nullable TunnelRequest seen(Caller.Operator who, RequestRow row) {
        return Asking.maySee(who, row) ? sight.of(row, who) : null;
    }

    void moved(@Observes RequestMoved move) {
        tell(move.row());
    }

    /** On another node's stream this step shows with the next move only. */
    void handedOut(@Observes RequestHandedOut handedOut) {
        tell(handedOut.row());
    }

    private void tell(RequestRow row) {
        Moment now = new Moment(row.movedAt(), row.handedOutAt() != null, row.reportedAt() != null);
        if (told.isNew(row.id(), now)) {
            listeners.tell(row);
        }
    }

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    @RunOnVirtualThread
    void look() {
        if (listeners.isEmpty()) {
            return;
        }
        try {
            recent().forEach(this::tell);
        } catch (RuntimeException e) {
            LOG.debugf("moves of other nodes could not be read: error=%s", e.getMessage());
        }
    }

    private List<RequestRow> recent() {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                RequestTable.SELECT
                                        + """
                                        WHERE moved_at > UTC_TIMESTAMP(6) - INTERVAL :overlap SECOND
                                        ORDER BY moved_at LIMIT 1000
                                        """)
                        .bind("overlap", OVERLAP.toSeconds())
                        .map(RequestTable.MAPPER)
                        .list());
    }
}
