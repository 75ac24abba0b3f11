package io.opnmanager.tunnel.broker.request;

import io.opnmanager.tunnel.contract.agent.QuickconnectCheckAnswer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * is over. The same work is not told again at once: an agent that was told needs a moment to do it,
 * and asking again must be no hot loop.
 */
@ApplicationScoped
class WorkWatch {

    private static final Logger LOG = Logger.getLogger(WorkWatch.class);

    /**
     * An agent has one quickconnect-agent; more held checks than this push out the oldest, which is
     * answered "no".
     */
    private static final int HELD_PER_FIREWALL = 4;

    /** When the same work is told again: what was told may have got lost. */
    private static final Duration TELL_AGAIN = Duration.ofSeconds(2);

    private final Jdbi jdbi;
    private final RequestSettings settings;
    private final RequestMetrics metrics;
    private final Map<Long, Deque<HeldCheck>> held = new ConcurrentHashMap<>();

    /**
     * Written by this node since the running query began, which may not have seen it: the firewall
     * and when its newest work came to be.
     */
    private final Map<Long, Instant> fresh = new ConcurrentHashMap<>();

    /** The newest work of every firewall that has any, as of the last query. */
    private volatile Map<Long, Instant> waiting = Map.of();

    /** What was last told to a held check; kept only while the firewall has work. */
    private final Map<Long, Told> told = new ConcurrentHashMap<>();

    private volatile boolean databaseAnswers = true;
    private @Nullable ScheduledExecutorService timer;

    /**
     * What an agent was told.
     *
     * @param work when the newest work that it was told of came to be
     * @param at when, monotonic
     */
    private record Told(Instant work, long at) {}

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
        if (wait.isZero()) {
            return CompletableFuture.completedFuture(
                    new QuickconnectCheckAnswer(firewall, newestWork(firewall) != null));
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        HeldCheck check = new HeldCheck(answer);
        hold(firewall, check);
        // After the hold: work that came before it wakes nobody.
        tell(firewall);
        return answer.completeOnTimeout(false, wait.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((found, failure) -> letGo(firewall, check))
                // Held back or not: the answer says what is.
                .thenApply(found ->
                        new QuickconnectCheckAnswer(
                                firewall, found || newestWork(firewall) != null));
    }

    /** When the newest work of a firewall came to be; {@code null} when nothing waits for it. */
    private @Nullable Instant newestWork(long firewall) {
        Instant written = fresh.get(firewall);
        Instant read = waiting.get(firewall);
        if (written == null || read == null) {
            return written == null ? read : written;
        }
        return written.isAfter(read) ? written : read;
    }

    /** Answers the held checks of a firewall if there is work that was not told just now. */
    private void tell(long firewall) {
        Instant work = newestWork(firewall);
        if (work == null || !held.containsKey(firewall)) {
            return;
        }
        Told last = told.get(firewall);
        boolean news =
                last == null
                        || work.isAfter(last.work())
                        || System.nanoTime() - last.at() > TELL_AGAIN.toNanos();
        if (news) {
            Deque<HeldCheck> answers = held.remove(firewall);
            if (answers != null) {
                told.put(firewall, new Told(work, System.nanoTime()));
                answers.forEach(check -> check.answer().complete(true));
            }
        }
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

    /** This node wrote a row that waits for this firewall's agent since its last move. */
    void work(RequestRow row) {
        fresh.put(row.firewallId(), row.movedAt());
        tell(row.firewallId());
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
            Map<Long, Instant> before = Map.copyOf(fresh);
            waiting = query();
            // What was written before the query began is in its answer or no longer waits.
            before.forEach(fresh::remove);
            told.keySet().removeIf(firewall -> newestWork(firewall) == null);
            held.keySet().forEach(this::tell);
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

    private Map<Long, Instant> query() {
        metrics.watched();
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                """
                                SELECT waits_for_agent, MAX(moved_at) AS newest FROM request_queue
                                WHERE waits_for_agent IS NOT NULL
                                  AND (ended_at IS NOT NULL OR deadline > UTC_TIMESTAMP(6))
                                  AND (ended_at IS NULL OR ended_at > UTC_TIMESTAMP(6) - INTERVAL :retention SECOND)
                                GROUP BY waits_for_agent
                                """)
                        .bind("retention", settings.killRetention().toSeconds())
                        .reduceRows(
                                new HashMap<>(),
                                (found, row) -> {
                                    found.put(
                                            row.getColumn("waits_for_agent", Long.class),
                                            row.getColumn("newest", Instant.class));
                                    return found;
                                }));
    }
}
