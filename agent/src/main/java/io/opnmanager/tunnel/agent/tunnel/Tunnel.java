package io.opnmanager.tunnel.agent.tunnel;

import io.opnmanager.tunnel.agent.broker.Backoff;
import io.opnmanager.tunnel.agent.broker.Broker;
import io.opnmanager.tunnel.agent.broker.BrokerFailure;
import io.opnmanager.tunnel.agent.transport.DialFailure;
import io.opnmanager.tunnel.agent.transport.Endpoint;
import io.opnmanager.tunnel.agent.transport.SshLine;
import io.opnmanager.tunnel.agent.transport.SshTransport;
import io.opnmanager.tunnel.agent.transport.Target;
import io.opnmanager.tunnel.contract.agent.LineEnd;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The tunnel of one request, from the first dial until nothing is left. It runs in a virtual thread
 * of its own, which alone dials and reports; {@link #end} may be called by any thread.
 */
final class Tunnel implements Runnable {
    private static final Logger log = Logger.getLogger(Tunnel.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** A line that stood this long was a good one: the pauses start small again. */
    private static final Duration GOOD_LINE = Duration.ofSeconds(10);

    /** Nobody waits longer than this for a window to come back. */
    private static final Duration LONGEST_LOSS = Duration.ofMinutes(10);

    /**
     * What was handed out.
     *
     * @param requestId the request
     * @param port the broker's port to listen on
     * @param endpoint where the SSH line goes
     * @param target what is dialled here
     * @param patience until the request is too late, by the broker's clock alone
     */
    record Order(long requestId, int port, Endpoint endpoint, Target target, Duration patience) {}

    private final Order order;
    private final SshTransport transport;
    private final Broker broker;
    private final TunnelWatch watch;
    private final Runnable whenGone;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private final long deadline;
    private final Thread thread;

    /** Why it was ended from outside; null while it is wanted. */
    private volatile @Nullable String ended;

    private volatile @Nullable SshLine line;

    Tunnel(
            Order order,
            SshTransport transport,
            Broker broker,
            TunnelWatch watch,
            Runnable whenGone) {
        this.order = order;
        this.transport = transport;
        this.broker = broker;
        this.watch = watch;
        this.whenGone = whenGone;
        this.deadline = System.nanoTime() + order.patience().toNanos();
        this.thread = Thread.ofVirtual().name("tunnel-" + order.requestId()).unstarted(this);
    }

    void start() {
        thread.start();
    }

    int port() {
        return order.port();
    }

    boolean up() {
        SshLine now = line;
        return now != null && now.open();
    }

    /** Ends it; the report follows when nothing is left. The first reason stays. */
    void end(String reason) {
        if (ended == null) {
            ended = reason;
        }
        thread.interrupt();
    }

    boolean awaitEnd(Duration longest) throws InterruptedException {
        return thread.join(longest);
    }

    /** How it came out. */
    private sealed interface Outcome {
        record Failed(String detail) implements Outcome {}

        record Disconnected(String detail) implements Outcome {}

        /**
         * Another agent with this identity serves the request: what it is now is not ours to say.
         */
        record Replaced() implements Outcome {}
    }

    @Override
    public void run() {
        Outcome outcome;
        try {
            outcome = live();
        } catch (InterruptedException e) {
            outcome = new Outcome.Disconnected(whyEnded());
        } catch (RuntimeException e) {
            log.errorf(e, "tunnel broke request=%d", order.requestId());
            outcome = new Outcome.Failed("internal error: " + e.getClass().getSimpleName());
        } finally {
            dropLine();
            // Before the report: whoever hears it may hand the request out again.
            whenGone.run();
        }
        switch (outcome) {
            case Outcome.Failed(String detail) -> {
                log.warnf(
                        "tunnel failed request=%d port=%d detail=%s",
                        order.requestId(), order.port(), detail);
                watch.failed(order.requestId(), order.port(), detail);
            }
            case Outcome.Disconnected(String detail) -> {
                log.infof(
                        "tunnel ended request=%d port=%d detail=%s",
                        order.requestId(), order.port(), detail);
                watch.disconnected(order.requestId(), order.port(), detail);
            }
            case Outcome.Replaced() ->
                    log.warnf(
                            "another agent with this identity has taken over request=%d port=%d",
                            order.requestId(), order.port());
        }
    }

    private Outcome live() throws InterruptedException {
        while (ended == null) {
            SshLine opened;
            try {
                opened =
                        transport.open(order.endpoint(), order.port(), order.target(), remaining());
            } catch (DialFailure failure) {
                Duration pause = backoff.next();
                if (failure.permanent() || pause.compareTo(remaining()) >= 0) {
                    return new Outcome.Failed(text(failure));
                }
                log.infof(
                        "dial failed, again soon request=%d detail=%s",
                        order.requestId(), text(failure));
                Thread.sleep(pause);
                continue;
            }
            return holdFrom(opened);
        }
        return new Outcome.Disconnected(whyEnded());
    }

    /** Has been up once: from here on only the broker's word keeps it. */
    private Outcome holdFrom(SshLine first) throws InterruptedException {
        SshLine current = first;
        while (true) {
            String reason = hold(current);
            if (ended != null) {
                return new Outcome.Disconnected(whyEnded());
            }
            if (reason.contains(LineEnd.REPLACED)) {
                return new Outcome.Replaced();
            }
            if (reason.contains(LineEnd.REQUEST_ENDED)) {
                return new Outcome.Disconnected(reason);
            }
            log.infof("SSH line lost request=%d detail=%s", order.requestId(), reason);
            SshLine again = dialAgain();
            if (again == null) {
                return new Outcome.Disconnected(reason);
            }
            current = again;
        }
    }

    private String hold(SshLine opened) throws InterruptedException {
        long since = System.nanoTime();
        line = opened;
        log.infof(
                "tunnel up request=%d port=%d target=%s",
                order.requestId(), order.port(), order.target());
        watch.active(order.requestId(), order.port());
        String reason = opened.awaitEnd();
        if (System.nanoTime() - since >= GOOD_LINE.toNanos()) {
            backoff.reset();
        }
        return reason;
    }

    /** A new line while the request is still wanted; null once it is not. */
    private @Nullable SshLine dialAgain() throws InterruptedException {
        long giveUp = System.nanoTime() + LONGEST_LOSS.toNanos();
        while (ended == null && System.nanoTime() < giveUp) {
            if (!stillWanted(giveUp)) {
                return null;
            }
            try {
                return transport.open(
                        order.endpoint(),
                        order.port(),
                        order.target(),
                        Duration.ofNanos(giveUp - System.nanoTime()));
            } catch (DialFailure failure) {
                log.infof(
                        "dial failed, again soon request=%d detail=%s",
                        order.requestId(), text(failure));
                if (failure.permanent()) {
                    return null;
                }
            }
            Thread.sleep(backoff.next());
        }
        return null;
    }

    private boolean stillWanted(long giveUp) throws InterruptedException {
        // The broker needs a moment to see that its end is gone, or it says yes to a dead line.
        Thread.sleep(backoff.next());
        while (System.nanoTime() < giveUp) {
            try {
                return broker.wants(order.requestId());
            } catch (BrokerFailure failure) {
                if (ended != null) {
                    // An interrupted call is a failure like any other.
                    throw new InterruptedException();
                }
                log.infof(
                        "no answer whether the tunnel is wanted request=%d detail=%s",
                        order.requestId(), failure.getMessage());
                if (!failure.worthRetrying()) {
                    return false;
                }
            }
            Thread.sleep(backoff.next());
        }
        return false;
    }

    private void dropLine() {
        SshLine last = line;
        if (last != null) {
            last.close();
        }
        line = null;
    }

    private Duration remaining() {
        return Duration.ofNanos(Math.max(1, deadline - System.nanoTime()));
    }

    private String whyEnded() {
        String reason = ended;
        return reason == null ? "interrupted" : reason;
    }

    private static String text(DialFailure failure) {
        return String.valueOf(failure.getMessage());
    }
}
