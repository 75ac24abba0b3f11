package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.EndReason;
import io.opnmanager.tunnel.contract.Status;
import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.broker.RequestEvents;
import io.opnmanager.tunnel.tunnelctl.remote.Backoff;
import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A session of a firewall, wanted from {@link #open} to {@link #close}: asked for, said to be
 * wanted every now and then, and asked for again when it was lost. A session that ended because its
 * limits say so, or because somebody closed it, is not asked for again.
 *
 * <p>One virtual thread follows its events, another gives the signs; any thread may dial.
 */
public final class Session implements Way, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Session.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    /** Open for longer than this, it counts as having been well. */
    private static final Duration STEADY = Duration.ofMinutes(1);

    /** For the broker to hear that it is over. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

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

    /** Where it is in its life. */
    public enum State {
        /** Nobody wants it. */
        CLOSED,
        /** Asked for. */
        OPENING,
        /** Connections go through. */
        OPEN,
        /** It was open, and is asked for again. */
        RECONNECTING,
        /** It is over, and the broker or a person wanted it so, or it did not come about. */
        ENDED
    }

    /**
     * How things stand.
     *
     * @param request as the broker told it last
     * @param why what is in the way, in words
     * @param failure what the broker refused when it was that
     */
    public record Standing(
            State state,
            @Nullable TunnelRequest request,
            @Nullable String why,
            @Nullable BrokerFailure failure) {

        /** Whether it has ever been open. */
        public boolean cameAbout() {
            return request != null && request.tunnelStartedAt() != null;
        }
    }

    /**
     * How long one tries.
     *
     * @param first until it is open for the first time; zero is one attempt
     * @param again from the moment that it is lost
     */
    public record Patience(Duration first, Duration again) {}

    /**
     * What is wanted.
     *
     * @param name until the broker has told a better one
     * @param ask of the broker, each time
     * @param own whether it ends when it is no longer wanted here, and is asked for again when it
     *     was lost
     */
    public record Wanted(String name, Function<BrokerClient, TunnelRequest> ask, boolean own) {

        /** A new one. */
        public static Wanted fresh(TunnelAsk ask) {
            return new Wanted("firewall " + ask.firewallId(), broker -> broker.open(ask), true);
        }

        /** One that is there, of this operator or shared with this operator. */
        public static Wanted existing(long request) {
            return new Wanted("session " + request, broker -> broker.request(request), false);
        }
    }

    /** How connections get through: where the gateway is, the request says. */
    public record Door(Gateway gateway, OperatorKey key) {}

    private final BrokerClient broker;
    private final Door door;
    private final Wanted wanted;
    private final Patience patience;
    private final Consumer<Standing> told;

    /** All guarded by this. */
    private Standing standing = new Standing(State.CLOSED, null, null, null);

    private @Nullable Thread life;
    private @Nullable RequestEvents events;

    /**
     * One that nobody wants yet.
     *
     * @param told hears of every change, in the session's own thread
     */
    public Session(
            BrokerClient broker,
            Door door,
            Wanted wanted,
            Patience patience,
            Consumer<Standing> told) {
        this.broker = broker;
        this.door = door;
        this.wanted = wanted;
        this.patience = patience;
        this.told = told;
    }

    @Override
    public String name() {
        TunnelRequest request = standing().request();
        return request == null ? wanted.name() : request.firewallName() + " " + request.target();
    }

    /** How things stand now. */
    public synchronized Standing standing() {
        return standing;
    }

    /** Wants it, from now on. */
    public synchronized void open() {
        if (life == null) {
            standing = new Standing(State.OPENING, null, null, null);
            life = Thread.ofVirtual().name("session").start(this::live);
        }
    }

    /** Waits until it has ended by itself, or is closed. */
    public synchronized Standing awaitEnd() throws InterruptedException {
        while (standing.state() != State.ENDED && standing.state() != State.CLOSED) {
            wait();
        }
        return standing;
    }

    /** Waits until connections go through, or it has ended. */
    public synchronized Standing awaitOpen() throws InterruptedException {
        while (standing.state() == State.OPENING || standing.state() == State.RECONNECTING) {
            wait();
        }
        return standing;
    }

    @Override
    public GatewayLine dial(Duration patience) throws IOException, InterruptedException {
        open();
        return Dialling.within(patience, this::dialOnce);
    }

    private GatewayLine dialOnce(Duration left) throws IOException, InterruptedException {
        String address = awaitAddress(left);
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        return door.gateway()
                .dial(host, Integer.parseInt(address.substring(colon + 1)), host, door.key().tls());
    }

    private synchronized String awaitAddress(Duration left)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + left.toNanos();
        while (standing.state() != State.OPEN) {
            if (standing.state() == State.ENDED || standing.state() == State.CLOSED) {
                throw new Dialling.Hopeless("the session is over: " + standing.why());
            }
            long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (millis <= 0) {
                throw new Dialling.Hopeless("the session was not there in time: " + standing.why());
            }
            wait(millis);
        }
        TunnelRequest request = standing.request();
        if (request == null || request.streamAddress() == null) {
            throw new Dialling.Hopeless(
                    "the broker has no gateway for programs: opnmanager.stream.enabled is off there");
        }
        return request.streamAddress();
    }

    private void live() {
        Thread signs = Thread.ofVirtual().name("signs").start(this::giveSigns);
        try {
            attempt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("a session could not be followed", e);
            move(State.ENDED, null, String.valueOf(e.getMessage()), null);
        } finally {
            signs.interrupt();
            over();
        }
    }

    private synchronized void over() {
        life = null;
        notifyAll();
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
                    move(State.ENDED, request, why, null);
                    return;
                }
            } catch (BrokerFailure e) {
                why = e.getMessage();
                if (!e.worthRetrying()) {
                    move(State.ENDED, null, why, e);
                    return;
                }
                if (e instanceof BrokerFailure.Refusal refusal && refusal.retryAfter() != null) {
                    wait = refusal.retryAfter();
                }
                if (isOver(since, opened)) {
                    move(State.ENDED, null, why, e);
                    return;
                }
            }
            if (isOver(since, opened)) {
                move(State.ENDED, null, why, null);
                return;
            }
            move(opened ? State.RECONNECTING : State.OPENING, null, why, null);
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
            see(last);
            try {
                TunnelRequest end = read(last.id());
                if (end != null) {
                    return end;
                }
                last = broker.request(last.id());
                if (isEnded(last)) {
                    see(last);
                    return last;
                }
                heard = System.nanoTime();
                Thread.sleep(backoff.next());
            } catch (BrokerFailure e) {
                if (!e.worthRetrying() || System.nanoTime() - heard > patience.again().toNanos()) {
                    throw e;
                }
                move(State.RECONNECTING, last, e.getMessage(), null);
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
                see(next);
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

    private void see(TunnelRequest request) {
        switch (request.status()) {
            case PENDING ->
                    move(
                            standing().cameAbout() ? State.RECONNECTING : State.OPENING,
                            request,
                            "the firewall has not connected yet",
                            null);
            case ACTIVE -> move(State.OPEN, request, null, null);
            case DISCONNECTED, TIMEOUT, EXPIRED -> {
                // Whoever follows decides what comes next.
            }
        }
    }

    private static boolean isEnded(TunnelRequest request) {
        return request.status() != Status.PENDING && request.status() != Status.ACTIVE;
    }

    private void move(
            State state,
            @Nullable TunnelRequest request,
            @Nullable String why,
            @Nullable BrokerFailure failure) {
        Standing now;
        synchronized (this) {
            if (standing.state() == State.CLOSED) {
                return;
            }
            now = new Standing(state, request == null ? standing.request() : request, why, failure);
            standing = now;
            notifyAll();
        }
        told.accept(now);
    }

    private void giveSigns() {
        try {
            Duration every = Duration.ofSeconds(Math.max(1, terms() / 2));
            while (true) {
                Thread.sleep(every);
                Standing now = standing();
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
        synchronized (this) {
            if (events != null) {
                events.close();
            }
        }
    }

    /** Nobody wants it any more: the broker is told. */
    @Override
    public void close() {
        Standing last;
        synchronized (this) {
            last = standing;
            standing = new Standing(State.CLOSED, last.request(), "closed", null);
            if (events != null) {
                events.close();
            }
            if (life != null) {
                life.interrupt();
            }
            notifyAll();
        }
        TunnelRequest request = last.request();
        if (wanted.own()
                && request != null
                && last.state() != State.ENDED
                && last.state() != State.CLOSED) {
            farewell(request.id());
        }
    }

    private void farewell(long id) {
        Thread closing = Thread.ofVirtual().start(() -> closeAtBroker(id));
        try {
            closing.join(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeAtBroker(long id) {
        try {
            broker.close(id);
        } catch (BrokerFailure e) {
            LOG.warnf(
                    "the broker was not told that request %d is over, it will notice by itself: %s",
                    id, e.getMessage());
        }
    }
}
