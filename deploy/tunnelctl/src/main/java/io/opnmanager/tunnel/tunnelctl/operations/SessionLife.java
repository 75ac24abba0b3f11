package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.broker.RequestEvents;
import io.opnmanager.tunnel.tunnelctl.operations.Session.State;
import io.opnmanager.tunnel.tunnelctl.remote.Backoff;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A session from the moment that it is wanted to its end: asked for, followed by its events, said
 * to be wanted, and asked for again when it was lost. Runs in one virtual thread, and gives its
 * signs in another; any thread may detach.
 */
final class SessionLife implements Runnable {

    private static final Logger LOG = Logger.getLogger(SessionLife.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    /** Open for longer than this, it counts as having been well. */
    private static final Duration STEADY = Duration.ofMinutes(1);

    /** Nobody decided these: the next request may fare better. */
    private static final Set<EndReason> MISFORTUNES =
            EnumSet.of(
                    EndReason.LINE_LOST,
                    EndReason.PROBE_FAILED,
                    EndReason.HEARTBEAT_MISSED,
                    EndReason.AGENT_CLOSED,
                    EndReason.AGENT_FAILED,
                    EndReason.DEADLINE,
                    EndReason.BROKER_STOPPED,
                    EndReason.BROKER_RESTARTED,
                    EndReason.NODE_LOST);

    private final BrokerClient broker;
    private final Session.Wanted wanted;
    private final Session.Patience patience;
    private final Session session;

    /** Guarded by this. */
    private @Nullable RequestEvents events;

    SessionLife(
            BrokerClient broker,
            Session.Wanted wanted,
            Session.Patience patience,
            Session session) {
        this.broker = broker;
        this.wanted = wanted;
        this.patience = patience;
        this.session = session;
    }

    @Override
    public void run() {
        Thread signs = Thread.ofVirtual().name("signs").start(this::giveSigns);
        try {
            attempt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("a session could not be followed", e);
            session.move(State.ENDED, null, String.valueOf(e.getMessage()), null);
        } finally {
            signs.interrupt();
        }
    }

    /** Reads no more events: whoever follows asks how things stand. */
    synchronized void detach() {
        if (events != null) {
            events.close();
        }
    }

    /** Asks for it, follows it to its end, and again, for as long as the patience lasts. */
    private void attempt() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        long since = System.nanoTime();
        boolean opened = false;
        while (true) {
            String why;
            Duration wait = backoff.next();
            try {
                TunnelRequest request = follow(wanted.ask().apply(broker));
                why = EndWords.of(request);
                if (request.tunnelStartedAt() != null) {
                    // One that is lost again and again shall not be asked for without an end.
                    if (!opened || isSteady(request)) {
                        since = System.nanoTime();
                        backoff.reset();
                    }
                    opened = true;
                }
                if (!wanted.own() || !MISFORTUNES.contains(request.endReason())) {
                    session.move(State.ENDED, request, why, null);
                    return;
                }
            } catch (BrokerFailure e) {
                why = e.getMessage();
                if (!e.worthRetrying()) {
                    session.move(State.ENDED, null, why, e);
                    return;
                }
                if (e instanceof BrokerFailure.Refusal refusal && refusal.retryAfter() != null) {
                    wait = refusal.retryAfter();
                }
                if (isOver(since, opened)) {
                    session.move(State.ENDED, null, why, e);
                    return;
                }
            }
            if (isOver(since, opened)) {
                session.move(State.ENDED, null, why, null);
                return;
            }
            session.move(opened ? State.RECONNECTING : State.OPENING, null, why, null);
            Thread.sleep(wait);
        }
    }

    private static boolean isSteady(TunnelRequest ended) {
        return ended.tunnelStartedAt() != null
                && ended.endedAt() != null
                && Duration.between(ended.tunnelStartedAt(), ended.endedAt()).compareTo(STEADY) > 0;
    }

    private boolean isOver(long since, boolean opened) {
        Duration most = opened ? patience.again() : patience.first();
        return System.nanoTime() - since > most.toNanos();
    }

    /**
     * Follows a request to its end. While the broker is away the state is not known, and
     * connections wait.
     */
    private TunnelRequest follow(TunnelRequest begun) throws InterruptedException {
        TunnelRequest last = begun;
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        long heard = System.nanoTime();
        while (true) {
            session.see(last);
            long attached = System.nanoTime();
            try {
                TunnelRequest end = read(last.id());
                if (end != null) {
                    return end;
                }
                last = broker.request(last.id());
                if (isEnded(last)) {
                    session.see(last);
                    return last;
                }
                heard = System.nanoTime();
                if (heard - attached > LONGEST_WAIT.toNanos()) {
                    // The stream was a good one; something between has cut it.
                    backoff.reset();
                }
                Thread.sleep(backoff.next());
            } catch (BrokerFailure e) {
                if (!e.worthRetrying() || System.nanoTime() - heard > patience.again().toNanos()) {
                    throw e;
                }
                session.move(State.RECONNECTING, last, e.getMessage(), null);
                Thread.sleep(backoff.next());
            }
            // Interrupted in a call that does not throw for it.
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Reads events to the end of the request, or of the stream: then null. */
    private @Nullable TunnelRequest read(long id) {
        try (RequestEvents stream = broker.events(id)) {
            synchronized (this) {
                events = stream;
            }
            TunnelRequest next = stream.next();
            while (next != null) {
                session.see(next);
                if (isEnded(next)) {
                    return next;
                }
                next = stream.next();
            }
            return null;
        } finally {
            synchronized (this) {
                events = null;
            }
        }
    }

    private static boolean isEnded(TunnelRequest request) {
        return request.status() != Status.PENDING && request.status() != Status.ACTIVE;
    }

    private void giveSigns() {
        try {
            Duration every = Duration.ofSeconds(Math.max(1, terms() / 2));
            while (true) {
                Thread.sleep(every);
                Session.Standing now = session.standing();
                if (now.state() == State.OPEN && now.request() != null) {
                    sign(now.request().id());
                }
            }
        } catch (InterruptedException e) {
            // The session is over.
        }
    }

    /** Seconds within which the broker wants a sign. */
    private long terms() throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
        while (true) {
            try {
                return broker.terms().heartbeat();
            } catch (BrokerFailure e) {
                Thread.sleep(backoff.next());
            }
        }
    }

    private void sign(long id) {
        try {
            if (broker.heartbeat(id)) {
                return;
            }
        } catch (BrokerFailure e) {
            LOG.debugf("no sign could be given: %s", e.getMessage());
        }
        // Ended, or the connection is dead without saying so: the follower has to ask.
        detach();
    }
}
