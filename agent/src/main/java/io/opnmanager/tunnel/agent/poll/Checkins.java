package io.opnmanager.tunnel.agent.poll;

import io.opnmanager.tunnel.agent.broker.Backoff;
import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.broker.BrokerFailure;
import io.opnmanager.tunnel.agent.tunnel.Tunnels;
import io.opnmanager.tunnel.agent.update.Updates;
import io.opnmanager.tunnel.contract.agent.Checkin;
import io.opnmanager.tunnel.contract.agent.CheckinAnswer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The check-in loop: one virtual thread that asks, follows the answer, and waits. */
public final class Checkins implements Runnable, AutoCloseable {
    private static final Logger log = Logger.getLogger(Checkins.class);

    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(5);
    private static final Duration LONGEST_INTERVAL = Duration.ofMinutes(10);

    /** Share of the interval that is random, so that agents of one start do not stay in step. */
    private static final double JITTER = 0.1;

    /** Changes within this time are one check-in: a broker that contradicts itself spins nobody. */
    private static final Duration BETWEEN_CHANGES = Duration.ofSeconds(1);

    /** No caller of the socket makes more check-ins than 20 a second. */
    private static final Duration BETWEEN_TRIGGERS = Duration.ofMillis(50);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    /** A check-in itself, with every time limit on the way and what the answer makes it do. */
    private static final Duration LONGEST_CHECKIN = Duration.ofSeconds(90);

    private final Broker broker;
    private final Tunnels tunnels;
    private final Updates updates;
    private final Wake wake;
    private final Facts facts;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private final Thread thread = Thread.ofVirtual().name("checkins").unstarted(this);
    private volatile boolean closed;

    /** By {@link System#nanoTime}: the loop that has not turned until then hangs. */
    private volatile long dueBy = System.nanoTime() + LONGEST_CHECKIN.toNanos();

    private @Nullable Runnable afterFirst;
    private Duration interval;
    private boolean wasRefused;
    private boolean wasAway;

    /** Does nothing yet. */
    public Checkins(Broker broker, Tunnels tunnels, Updates updates, Wake wake, Facts facts) {
        this.broker = broker;
        this.tunnels = tunnels;
        this.updates = updates;
        this.wake = wake;
        this.facts = facts;
        this.interval = bounded(facts.interval());
    }

    /**
     * Starts; the first check-in is at once.
     *
     * @param afterFirst what can wait until the first was made, well or not; in a thread of its own
     */
    public void start(Runnable afterFirst) {
        this.afterFirst = afterFirst;
        thread.start();
    }

    /** Whether the loop turns: a broker that is away or refuses is no standstill. */
    public boolean onTime() {
        return System.nanoTime() - dueBy < 0;
    }

    @Override
    public void run() {
        try {
            while (!closed) {
                dueBy = System.nanoTime() + LONGEST_CHECKIN.toNanos();
                Pause pause = once();
                if (afterFirst != null) {
                    Thread.ofVirtual().name("after-first-checkin").start(afterFirst);
                    afterFirst = null;
                }
                dueBy = System.nanoTime() + pause.clock().plus(LONGEST_CHECKIN).toNanos();
                wake.await(pause.never(), BETWEEN_CHANGES, pause.clock());
            }
        } catch (InterruptedException e) {
            log.debug("check-ins end");
        }
    }

    /**
     * Until the next check-in.
     *
     * @param never not even when triggered
     * @param clock without being triggered
     */
    private record Pause(Duration never, Duration clock) {}

    private Pause once() throws InterruptedException {
        try {
            CheckinAnswer answer =
                    broker.checkin(
                            new Checkin(
                                    facts.firewallId(),
                                    facts.agentVersion(),
                                    facts.hostname(),
                                    facts.platform(),
                                    facts.webTarget(),
                                    tunnels.held(),
                                    updates.report()));
            tunnels.follow(answer);
            updates.completed(
                    answer.update(),
                    answer.pendingRequests().isEmpty() && tunnels.held().isEmpty());
            if (wasAway || wasRefused) {
                log.infof("broker answers again firewall=%d", facts.firewallId());
            }
            wasAway = false;
            wasRefused = false;
            backoff.reset();
            if (answer.checkinInterval() > 0) {
                interval = bounded(Duration.ofSeconds(answer.checkinInterval()));
            }
            return new Pause(BETWEEN_TRIGGERS, jittered(interval));
        } catch (BrokerFailure failure) {
            if (closed) {
                // An interrupted call is a failure like any other.
                throw new InterruptedException();
            }
            return afterFailure(failure);
        } catch (RuntimeException e) {
            // The loop is what everything else heals by: nothing may end it.
            log.errorf(e, "check-in broke firewall=%d", facts.firewallId());
            return new Pause(BETWEEN_CHANGES, backoff.next().plus(BETWEEN_CHANGES));
        }
    }

    private Pause afterFailure(BrokerFailure failure) {
        Duration next = backoff.next();
        return switch (failure) {
            case BrokerFailure.Refusal refusal -> {
                Duration asked = refusal.retryAfter();
                if (refusal.unauthorised()) {
                    if (!wasRefused) {
                        log.errorf(
                                "the broker refuses this firewall's credential: it was revoked or"
                                        + " replaced, enrol again firewall=%d detail=%s",
                                facts.firewallId(), refusal.getMessage());
                    }
                    wasRefused = true;
                } else {
                    log.warnf(
                            "check-in refused firewall=%d detail=%s",
                            facts.firewallId(), refusal.getMessage());
                }
                yield asked == null
                        ? new Pause(BETWEEN_CHANGES, next)
                        : new Pause(asked, asked.plus(next));
            }
            case BrokerFailure.Away away -> {
                if (!wasAway) {
                    log.warnf(
                            "broker cannot be reached firewall=%d detail=%s",
                            facts.firewallId(), away.getMessage());
                }
                wasAway = true;
                yield new Pause(BETWEEN_TRIGGERS, next);
            }
        };
    }

    private static Duration bounded(Duration asked) {
        if (asked.compareTo(SHORTEST_INTERVAL) < 0) {
            return SHORTEST_INTERVAL;
        }
        return asked.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : asked;
    }

    private static Duration jittered(Duration interval) {
        double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        return Duration.ofMillis((long) (interval.toMillis() * factor));
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
