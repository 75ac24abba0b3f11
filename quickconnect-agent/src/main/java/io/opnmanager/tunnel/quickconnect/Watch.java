package io.opnmanager.tunnel.quickconnect;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The loop: asks, triggers, waits. It runs in a virtual thread of its own. */
final class Watch implements AutoCloseable {
    private static final Logger log = Logger.getLogger(Watch.class);

    /** The longest the protocol lets an answer be held. */
    private static final int HELD_SECONDS = 15;

    /** A held answer that is this much early was held all the same. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /**
     * While the answer stays true: what waits may take the agent a while, or never go away (a kill
     * that it cannot confirm), and that must not become a hot loop.
     */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    /**
     * An answer that comes sooner is about what waited already. Longer than a round trip to the
     * other side of the world: else an answer from there would always look like something new.
     */
    private static final Duration NEW_WORK = Duration.ofMillis(350);

    /**
     * After as long our broker tells the same again anyway. Sessions that a script opens and closes
     * look like work that stays, and shall not wait for longer.
     */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    /** With 60 s some agents of a broker that was gone for ten seconds came back a minute later. */
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(20);

    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);
    private static final Duration ENDING = Duration.ofMillis(300);
    private static final double JITTER = 0.1;

    /** A held check with every time limit on the way, and the trigger after it. */
    private static final Duration LONGEST_CHECK = Duration.ofSeconds(60);

    private final Broker broker;
    private final Trigger trigger;
    private final Health health;
    private final Duration interval;
    private final Backoff backoff = new Backoff(FIRST_RETRY, LONGEST_RETRY);
    private final Thread thread = Thread.ofVirtual().name("watch").unstarted(this::run);
    private Duration afterTrue = FIRST_PAUSE;
    private volatile boolean closed;

    /** By {@link System#nanoTime}: the loop that has not turned until then hangs. */
    private volatile long dueBy = System.nanoTime() + LONGEST_CHECK.toNanos();

    /**
     * Ready to ask.
     *
     * @param broker owned from now on
     * @param interval between two checks when the broker does not hold its answers
     */
    Watch(Broker broker, Trigger trigger, Health health, Duration interval) {
        this.broker = broker;
        this.trigger = trigger;
        this.health = health;
        this.interval =
                interval.compareTo(LONGEST_INTERVAL) > 0
                        ? LONGEST_INTERVAL
                        : interval.isPositive() ? interval : Duration.ofSeconds(HELD_SECONDS);
    }

    /** Asks once, without waiting. */
    ExitCode once() {
        return switch (broker.check(0)) {
            case Answer.Told(boolean hasRequests) -> {
                if (!hasRequests) {
                    health.become(Health.State.OK, "nothing waits");
                    yield ExitCode.NOTHING_TO_DO;
                }
                yield pull() ? ExitCode.TRIGGERED : ExitCode.AGENT_AWAY;
            }
            case Answer.Refused(String detail) -> {
                health.become(Health.State.CREDENTIAL_REFUSED, detail);
                yield ExitCode.REFUSED;
            }
            case Answer.Away(String detail, Duration _) -> {
                health.become(Health.State.BROKER_AWAY, detail);
                yield ExitCode.BROKER_AWAY;
            }
        };
    }

    /** Asks until closed. */
    void start() {
        thread.start();
    }

    /** Whether the loop turns: a broker that is away or refuses is no standstill. */
    boolean onTime() {
        return System.nanoTime() - dueBy < 0;
    }

    private void run() {
        try {
            // Many boxes may have come up with the same power line.
            Thread.sleep(ThreadLocalRandom.current().nextLong(500));
            while (!closed) {
                dueBy = System.nanoTime() + LONGEST_CHECK.toNanos();
                Duration pause = step();
                dueBy = System.nanoTime() + pause.plus(LONGEST_CHECK).toNanos();
                if (!closed) {
                    // A call that close ended is a failure like any other.
                    Thread.sleep(pause);
                }
            }
        } catch (InterruptedException e) {
            log.debug("the watch ends");
        }
    }

    /** One check; gives the pause after it. */
    private Duration step() {
        long start = System.nanoTime();
        return switch (broker.check(HELD_SECONDS)) {
            case Answer.Told(boolean hasRequests) -> {
                backoff.reset();
                long took = System.nanoTime() - start;
                yield hasRequests ? afterTrue(took) : afterFalse(took);
            }
            case Answer.Refused(String detail) -> {
                health.become(Health.State.CREDENTIAL_REFUSED, detail);
                yield FIRST_RETRY.plus(backoff.next());
            }
            case Answer.Away(String detail, @Nullable Duration retryAfter) -> {
                if (!closed) {
                    health.become(Health.State.BROKER_AWAY, detail);
                }
                Duration next = backoff.next();
                yield retryAfter == null ? next : retryAfter.plus(next);
            }
        };
    }

    private Duration afterTrue(long nanos) {
        pull();
        if (nanos >= NEW_WORK.toNanos()) {
            // Held before it turned true: nothing waited when we asked, so this is something new.
            // Asked again at once, because more may come at any moment, a click right after a
            // close; what comes too soon to be told from this is followed by a pause.
            afterTrue = FIRST_PAUSE;
            return Duration.ZERO;
        }
        Duration pause = afterTrue;
        Duration doubled = pause.multipliedBy(2);
        afterTrue = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        return pause;
    }

    /** A held answer has used up the interval; an early one has not. */
    private Duration afterFalse(long nanos) {
        health.become(Health.State.OK, "nothing waits");
        afterTrue = FIRST_PAUSE;
        Duration took = Duration.ofNanos(nanos);
        if (took.compareTo(Duration.ofSeconds(HELD_SECONDS).minus(TOLERANCE)) >= 0) {
            return Duration.ZERO;
        }
        double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        Duration rest = Duration.ofMillis((long) (interval.toMillis() * factor)).minus(took);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    private boolean pull() {
        try {
            trigger.pull();
            log.debug("agent triggered");
            health.become(Health.State.OK, "agent triggered");
            return true;
        } catch (IOException e) {
            health.become(Health.State.AGENT_AWAY, String.valueOf(e.getMessage()));
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        // Ends a held question; its thread sees the end before the HTTP client's own threads are
        // gone.
        broker.close();
        try {
            if (thread.isAlive() && !thread.join(ENDING)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
