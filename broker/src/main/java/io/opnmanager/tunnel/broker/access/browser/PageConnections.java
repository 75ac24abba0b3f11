package io.opnmanager.tunnel.broker.access.browser;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.core.impl.ContextInternal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one session to its page, of one kind. Whoever asks gets one of its own event
 * loop, so that a request and its answer never change threads; there are never more than the
 * settings say over all loops, and only so many askers wait.
 *
 * <p>Safe from any thread; never waits.
 */
final class PageConnections implements AutoCloseable {

    private final Relay relay;
    private final long keepNanos;

    /** Those that nobody uses, latest last; guarded by this. */
    private final Map<EventLoop, Deque<PageConnection>> idle = new HashMap<>();

    /** Guarded by this. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    /** Being made, in use and idle; guarded by this. */
    private int open;

    private boolean closed;

    PageConnections(Relay relay, Duration keep) {
        this.relay = relay;
        this.keepNanos = keep.toNanos();
    }

    private record Waiting(Asker asker, ContextInternal context) {}

    /** For how long one is kept that nobody uses. */
    long keepNanos() {
        return keepNanos;
    }

    /**
     * Gives a connection to an asker, at once when there is one.
     *
     * @param context of the asker, which is the current one
     */
    void ask(Asker asker, ContextInternal context) {
        @Nullable PageConnection kept;
        @Nullable PageConnection surplus = null;
        boolean dials = false;
        boolean refused = false;
        synchronized (this) {
            kept = closed ? null : take(context.nettyEventLoop());
            if (kept == null && !closed) {
                if (open < relay.settings.connections()) {
                    open++;
                    dials = true;
                } else if (waiting.size() < relay.settings.waiting()) {
                    waiting.add(new Waiting(asker, context));
                    // One that is idle on another loop makes room for one of this loop.
                    surplus = takeAny();
                } else {
                    refused = true;
                }
            } else if (closed) {
                refused = true;
            }
        }
        if (kept != null) {
            asker.connected(kept);
        } else if (dials) {
            dial(new Waiting(asker, context));
        } else if (refused) {
            asker.unconnected(new ConnectionPoolTooBusyException("too many wait for the page"));
        } else if (surplus != null) {
            surplus.close();
        }
    }

    private @Nullable PageConnection take(EventLoop loop) {
        Deque<PageConnection> own = idle.get(loop);
        @Nullable PageConnection kept = own == null ? null : own.pollLast();
        while (own != null && kept != null && !kept.isOpen()) {
            kept = own.pollLast();
        }
        return kept;
    }

    private @Nullable PageConnection takeAny() {
        for (Deque<PageConnection> some : idle.values()) {
            PageConnection oldest = some.pollFirst();
            if (oldest != null) {
                return oldest;
            }
        }
        return null;
    }

    /** Counted as open already. */
    private void dial(Waiting whom) {
        var _ =
                relay.dialling
                        .dial(whom.context.nettyEventLoop())
                        .addListener((FutureListener<Channel>) result -> dialled(whom, result));
    }

    private void dialled(Waiting whom, Future<Channel> result) {
        if (!result.isSuccess()) {
            failed(whom, result.cause());
            return;
        }
        @Nullable PageConnection fresh =
                PageConnection.on(
                        result.getNow(),
                        this,
                        Math.toIntExact(relay.settings.headerBytes().asLongValue()));
        if (fresh == null) {
            failed(whom, new IOException("the page closed the connection"));
        } else {
            whom.context.dispatch(() -> whom.asker.connected(fresh));
        }
    }

    private void failed(Waiting whom, Throwable cause) {
        oneLess();
        whom.context.dispatch(() -> whom.asker.unconnected(cause));
    }

    /** Nobody uses this one any more, and it can be asked again. On its event loop. */
    void keep(PageConnection connection) {
        @Nullable Waiting next;
        boolean ends;
        synchronized (this) {
            next = closed ? null : waiting.peek();
            boolean fits = next != null && next.context.nettyEventLoop().equals(connection.loop());
            ends = closed || !connection.isOpen() || (next != null && !fits);
            if (ends) {
                // The next one gets its place, on its own event loop.
                next = null;
            } else if (next != null) {
                waiting.remove();
            } else {
                idle.computeIfAbsent(connection.loop(), fresh -> new ArrayDeque<>())
                        .add(connection);
            }
        }
        if (ends) {
            connection.close();
        } else if (next != null) {
            Waiting first = next;
            first.context.dispatch(() -> first.asker.connected(connection));
        }
    }

    /** Takes one out that is idle; false when somebody was quicker. */
    synchronized boolean forget(PageConnection connection) {
        Deque<PageConnection> own = idle.get(connection.loop());
        return own != null && own.remove(connection);
    }

    /** This one is closed. */
    void gone(PageConnection connection) {
        var _ = forget(connection);
        oneLess();
    }

    private void oneLess() {
        @Nullable Waiting next;
        synchronized (this) {
            next = closed ? null : waiting.poll();
            if (next == null) {
                open--;
            }
        }
        if (next != null) {
            Waiting first = next;
            first.context.runOnContext(there -> dial(first));
        }
    }

    /** Ends what nobody uses; what is used ends with those who use it. */
    @Override
    public void close() {
        List<PageConnection> unused;
        synchronized (this) {
            closed = true;
            unused = idle.values().stream().flatMap(Collection::stream).toList();
            idle.clear();
            waiting.clear();
        }
        unused.forEach(PageConnection::close);
    }
}
