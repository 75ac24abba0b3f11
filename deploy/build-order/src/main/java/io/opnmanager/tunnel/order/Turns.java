package io.opnmanager.tunnel.order;

import io.opnmanager.tunnel.order.OneAtATime.InTurn;
import io.quarkus.builder.BuildContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who is next: all steps of one build, each after those it needs, and of those that could be next
 * the one whose name is first. Quarkus still starts each step when what it needs is there, in a
 * thread of its own; here that thread waits. One lock guards everything.
 */
final class Turns {

    /** How often a thread that waits looks whether the build has failed meanwhile. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Duration limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable Queue<InTurn> order;
    private boolean running;
    private long passed = System.nanoTime();

    /**
     * With the time within which Quarkus must start the step whose turn it is. How long a step then
     * takes is its own affair.
     */
    Turns(Duration limit) {
        this.limit = limit;
    }

    /** Runs a step when it is its turn, or not at all after another one failed, as Quarkus does. */
    void take(InTurn mine, BuildContext context) {
        if (!comes(mine, context)) {
            return;
        }
        try {
            mine.step().execute(context);
        } finally {
            pass();
        }
    }

    private boolean comes(InTurn mine, BuildContext context) {
        lock.lock();
        try {
            if (order == null) {
                order = order(context);
            }
            while (running || !mine.equals(order.peek())) {
                if (failed(context)) {
                    return false;
                }
                if (!running && System.nanoTime() - passed > limit.toNanos()) {
                    throw new IllegalStateException(
                            "It is the turn of %s, which Quarkus has not started for %s; %s waits"
                                    .formatted(order.peek(), limit, mine));
                }
                var _ = changed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            }
            running = true;
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Stopped while waiting for the turn of " + mine, e);
        } finally {
            lock.unlock();
        }
    }

    private void pass() {
        lock.lock();
        try {
            if (order != null) {
                order.remove();
            }
            running = false;
            passed = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Quarkus starts no step after an error: some turns would never be taken. */
    private static boolean failed(BuildContext context) {
        Object execution = Inside.of(context, "execution");
        return Inside.of(execution, "errorReported", AtomicBoolean.class).get();
    }

    private static Queue<InTurn> order(BuildContext context) {
        Object chain = Inside.of(Inside.of(context, "execution"), "chain");
        PriorityQueue<Object> ready =
                new PriorityQueue<>(Comparator.comparing(info -> step(info).getId()));
        ready.addAll(Inside.of(chain, "startSteps", Collection.class));
        Map<Object, Integer> there = new HashMap<>();
        Set<String> names = new HashSet<>();
        Queue<InTurn> order = new ArrayDeque<>();
        for (Object info = ready.poll(); info != null; info = ready.poll()) {
            InTurn step = step(info);
            if (!names.add(step.getId())) {
                throw new IllegalStateException("Two build steps have one name: " + step.getId());
            }
            order.add(step);
            for (Object dependent : Inside.of(info, "dependents", Collection.class)) {
                int needs = Inside.of(dependent, "dependencies", Integer.class);
                if (there.merge(dependent, 1, Integer::sum) == needs) {
                    ready.add(dependent);
                }
            }
        }
        return order;
    }

    /** A step that came to the chain after us would run beside the others. */
    private static InTurn step(Object info) {
        return Inside.of(info, "buildStep", InTurn.class);
    }
}
