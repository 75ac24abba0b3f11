package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.broker.problem.Problem;
import io.opnmanager.tunnel.broker.problem.ProblemCode;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;

/**
 * Moves of requests for whoever listens: this node's at once, other nodes' within a second by one
 * query for all listeners together, which runs only while somebody listens.
 */
@ApplicationScoped
class RequestEvents {

    private static final Logger LOG = Logger.getLogger(RequestEvents.class);

    private static final int MOST_LISTENERS = 1000;
    private static final int BUFFER = 256;

    /** Rows are committed a little after the moment that they carry. */
    private static final Duration OVERLAP = Duration.ofSeconds(3);

    private final Jdbi jdbi;
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();

    /**
     * The last move of each request that was told, so that none is told twice. Guarded by itself;
     * bounded.
     */
    private final Map<Long, Told> told =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Told> eldest) {
                    return size() > 10_000;
                }
            };

    RequestEvents(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    private record Told(Instant movedAt, boolean reported) {}

    private record Listener(
            Predicate<RequestRow> wanted,
            boolean untilEnd,
            MultiEmitter<? super TunnelRequest> emitter) {

        void tell(RequestRow row) {
            if (wanted.test(row)) {
                emitter.emit(row.view());
                if (untilEnd && !row.isLive()) {
                    emitter.complete();
                }
            }
        }
    }

    /** The request as it is now and every move until its end. */
    Multi<TunnelRequest> ofOne(RequestRow now, LongFunction<RequestRow> again) {
        return listen(
                row -> row.id() == now.id(),
                true,
                // Read once more after listening began: it may have moved in between.
                listener ->
                        Thread.ofVirtual()
                                .name("events")
                                .start(() -> listener.tell(again.apply(now.id()))));
    }

    /** Every move from now on that the listener may see. */
    Multi<TunnelRequest> ofAll(Predicate<RequestRow> mayBeSeen) {
        return listen(mayBeSeen, false, listener -> {});
    }

    private Multi<TunnelRequest> listen(
            Predicate<RequestRow> wanted, boolean untilEnd, Consumer<Listener> first) {
        if (listeners.size() >= MOST_LISTENERS) {
            throw new Problem(
                    ProblemCode.TOO_MANY_REQUESTS,
                    "wanted at most %d event streams on one broker".formatted(MOST_LISTENERS),
                    Duration.ofSeconds(10));
        }
        return Multi.createFrom()
                .emitter(
                        emitter -> {
                            Listener listener = new Listener(wanted, untilEnd, emitter);
                            emitter.onTermination(() -> listeners.remove(listener));
                            listeners.add(listener);
                            first.accept(listener);
                        },
                        BUFFER);
    }

    void moved(@Observes RequestMoved move) {
        tell(move.row());
    }

    private void tell(RequestRow row) {
        Told now = new Told(row.movedAt(), row.reportedAt() != null);
        synchronized (told) {
            if (now.equals(told.put(row.id(), now))) {
                return;
            }
        }
        listeners.forEach(listener -> listener.tell(row));
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
