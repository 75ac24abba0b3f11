package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.contract.agent.QuickconnectCheckAnswer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Who has work: the in-memory answer to every check, so that no check touches the database. This
 * node's writes are in it at once; what other nodes wrote comes by one query every {@code
 * opnmanager.request.watch} for all agents together.
 *
 * <p>Held checks are futures, not threads; each is completed the moment there is work or its time
 * is over.
 */
@ApplicationScoped
class WorkWatch {

    private static final Logger LOG = Logger.getLogger(WorkWatch.class);

    /**
     * An agent has one quickconnect-agent; more held checks than this push out the oldest, which is
     * answered "no".
     */
    private static final int HELD_PER_FIREWALL = 4;

    private final Jdbi jdbi;
    private final RequestSettings settings;
    private final RequestMetrics metrics;
    private final Map<Long, Deque<HeldCheck>> held = new ConcurrentHashMap<>();

    /** Written by this node since the running query began, which may not have seen it. */
    private final Set<Long> fresh = ConcurrentHashMap.newKeySet();

    private volatile Set<Long> waiting = Set.of();
    private volatile boolean databaseAnswers = true;
    private @Nullable ScheduledExecutorService timer;

    /** A check that waits for its answer; itself, not its content, is what is taken out again. */
    private static final class HeldCheck {
        private final CompletableFuture<Boolean> answer;

        private HeldCheck(CompletableFuture<Boolean> answer) {
            this.answer = answer;
        }

        private CompletableFuture<Boolean> answer() {
            return answer;
        }
    }

    WorkWatch(Jdbi jdbi, RequestSettings settings, RequestMetrics metrics) {
        this.jdbi = jdbi;
        this.settings = settings;
        this.metrics = metrics;
        metrics.watch(held);
    }

    void start(@Observes @Priority(20) StartupEvent event) {
        var newTimer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("work-watch").daemon().factory());
        // Its task catches what can go wrong.
        var _ =
                newTimer.scheduleWithFixedDelay(
                        this::refresh, 0, settings.watch().toMillis(), TimeUnit.MILLISECONDS);
        timer = newTimer;
    }

    void stop(@Observes ShutdownEvent event) {
        if (timer != null) {
            timer.shutdownNow();
        }
        release();
    }

    /**
     * Whether anything waits for this agent, answered at once or when it does, at the latest after
     * {@code wait}.
     */
    CompletableFuture<QuickconnectCheckAnswer> check(long firewall, Duration wait) {
        metrics.checked(!wait.isZero());
        if (wait.isZero() || hasWork(firewall)) {
            return CompletableFuture.completedFuture(
                    new QuickconnectCheckAnswer(firewall, hasWork(firewall)));
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        HeldCheck check = new HeldCheck(answer);
        hold(firewall, check);
        // Work may have come between the look and the hold.
        if (hasWork(firewall)) {
            answer.complete(true);
        }
        return answer.completeOnTimeout(false, wait.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((found, failure) -> letGo(firewall, check))
                .thenApply(found -> new QuickconnectCheckAnswer(firewall, found));
    }

    private boolean hasWork(long firewall) {
        return waiting.contains(firewall) || fresh.contains(firewall);
    }

    private void hold(long firewall, HeldCheck check) {
        AtomicReference<@Nullable HeldCheck> pushedOut = new AtomicReference<>();
        held.compute(
                firewall,
                (id, answers) -> {
                    Deque<HeldCheck> queue = answers == null ? new ArrayDeque<>(1) : answers;
                    queue.addLast(check);
                    if (queue.size() > HELD_PER_FIREWALL) {
                        pushedOut.set(queue.removeFirst());
                    }
                    return queue;
                });
        HeldCheck oldest = pushedOut.get();
        if (oldest != null) {
            oldest.answer().complete(false);
        }
    }

    private void letGo(long firewall, HeldCheck check) {
        held.computeIfPresent(
                firewall,
                (id, answers) -> {
                    answers.remove(check);
                    return answers.isEmpty() ? null : answers;
                });
    }

    /** This node wrote a row that waits for this firewall's agent. */
    void work(long firewall) {
        fresh.add(firewall);
        wake(firewall);
    }

    private void wake(long firewall) {
        Deque<HeldCheck> answers = held.remove(firewall);
        if (answers != null) {
            answers.forEach(check -> check.answer().complete(true));
        }
    }

    /** Answers every held check now: the broker is about to stop. */
    void release() {
        for (Long firewall : List.copyOf(held.keySet())) {
            Deque<HeldCheck> answers = held.remove(firewall);
            if (answers != null) {
                answers.forEach(check -> check.answer().complete(false));
            }
        }
    }

    private void refresh() {
        try {
            Set<Long> before = Set.copyOf(fresh);
            Set<Long> found = new HashSet<>(query());
            waiting = found;
            // What was written before the query began is in its answer or no longer waits.
            fresh.removeAll(before);
            for (Long firewall : held.keySet()) {
                if (found.contains(firewall)) {
                    wake(firewall);
                }
            }
            if (!databaseAnswers) {
                databaseAnswers = true;
                LOG.info("the database answers again, work of all nodes is seen");
            }
        } catch (RuntimeException e) {
            if (databaseAnswers) {
                databaseAnswers = false;
                LOG.warnf(
                        "the database does not answer, only work of this node is seen: error=%s",
                        e.getMessage());
            }
        }
    }

    private List<Long> query() {
        metrics.watched();
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT DISTINCT waits_for_agent FROM request_queue
                                WHERE waits_for_agent IS NOT NULL
                                  AND (ended_at IS NOT NULL OR deadline > UTC_TIMESTAMP(6))
                                  AND (ended_at IS NULL OR ended_at > UTC_TIMESTAMP(6) - INTERVAL :retention SECOND)
                                """)
                        .bind("retention", settings.killRetention().toSeconds())
                        .mapTo(Long.class)
                        .list());
    }
}
