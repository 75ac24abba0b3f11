package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.contract.operator.TunnelAsk;
import io.opnmanager.tunnel.contract.operator.TunnelRequest;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerClient;
import io.opnmanager.tunnel.tunnelctl.broker.BrokerFailure;
import io.opnmanager.tunnel.tunnelctl.remote.Gateway;
import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A session of a firewall, wanted from {@link #open} to {@link #close}: asked for, said to be
 * wanted every now and then, and asked for again when it was lost. A session that ended because its
 * limits say so, or because somebody closed it, is not asked for again.
 *
 * <p>Any thread may dial; {@link SessionLife} follows it.
 */
public final class Session implements Upstream, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Session.class);

    /** For the broker to hear that it is over. */
    private static final Duration FAREWELL = Duration.ofSeconds(3);

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
    public record GatewayAccess(Gateway gateway, OperatorKey key) {}

    private final BrokerClient broker;
    private final GatewayAccess access;
    private final Wanted wanted;
    private final Patience patience;
    private final Consumer<Standing> told;

    /** All guarded by this. */
    private Standing standing = new Standing(State.CLOSED, null, null, null);

    private boolean closed;
    private @Nullable SessionLife life;
    private @Nullable Thread thread;

    /**
     * One that nobody wants yet.
     *
     * @param told hears of every change, in the session's own thread
     */
    public Session(
            BrokerClient broker,
            GatewayAccess access,
            Wanted wanted,
            Patience patience,
            Consumer<Standing> told) {
        this.broker = broker;
        this.access = access;
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
        if (life == null && !closed) {
            standing = new Standing(State.OPENING, null, null, null);
            SessionLife fresh = new SessionLife(broker, wanted, patience, this);
            life = fresh;
            thread = Thread.ofVirtual().name("session").start(() -> live(fresh));
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
        return Dialling.within(patience, this::dialOnce);
    }

    private GatewayLine dialOnce(Duration left) throws IOException, InterruptedException {
        String address = awaitAddress(left);
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        return access.gateway()
                .dial(
                        host,
                        Integer.parseInt(address.substring(colon + 1)),
                        host,
                        access.key().tls());
    }

    private synchronized String awaitAddress(Duration left)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + left.toNanos();
        while (standing.state() != State.OPEN) {
            if (standing.state() == State.ENDED || closed) {
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

    private void live(SessionLife fresh) {
        try {
            fresh.run();
        } finally {
            synchronized (this) {
                life = null;
                notifyAll();
            }
        }
    }

    /** The broker has told how its request stands. */
    void see(TunnelRequest request) {
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

    /** Nothing moves any more once it is closed. */
    void move(
            State state,
            @Nullable TunnelRequest request,
            @Nullable String why,
            @Nullable BrokerFailure failure) {
        Standing now;
        synchronized (this) {
            if (closed) {
                return;
            }
            now = new Standing(state, request == null ? standing.request() : request, why, failure);
            standing = now;
            notifyAll();
        }
        told.accept(now);
    }

    /** Nobody wants it any more: the broker is told. */
    @Override
    public void close() {
        Standing last;
        synchronized (this) {
            last = standing;
            closed = true;
            standing = new Standing(State.CLOSED, last.request(), "closed", null);
            if (life != null && thread != null) {
                life.detach();
                thread.interrupt();
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
