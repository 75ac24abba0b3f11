package io.opnmanager.tunnel.broker.limits;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets the first bytes of new connections in, before TLS spends its milliseconds on them. When
 * thousands come at once, because the broker was away, an event loop that serves all of them in
 * turn is at each for so long that most have given up by then, and begin anew.
 *
 * <p>A loop begins a few in each of its turns, and serves the connections that it has in between.
 * The others wait in the order in which they came; when some do, no more are accepted, and wait in
 * the kernel's queue, which is bounded too ({@code quarkus.http.accept-backlog}). A connection that
 * says nothing takes nobody's place.
 */
final class Admission {

    /** Some 20 ms of TLS. */
    private static final int BEGUN_A_TURN = 8;

    /** In all loops; from here on no more are accepted. */
    private static final int CROWDED = 64;

    /** From here on they are again. */
    private static final int CALM = 16;

    /** In one loop: of those who were accepted before it was crowded, and said nothing then. */
    private static final int MOST_WAITING = 1_024;

    private final Map<EventLoop, Turns> loops = new ConcurrentHashMap<>();
    private final Set<ServerChannel> paused = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waiting = new AtomicInteger();

    /** For one new connection of this server, as the first of its handlers. */
    ChannelInboundHandlerAdapter entrance(ServerChannel server) {
        return new Entrance(server);
    }

    /** In the server's own loop: whether it goes on, or stops, accepting. */
    private void look(ServerChannel server) {
        if (waiting.get() >= CROWDED) {
            paused.add(server);
            server.config().setAutoRead(false);
        }
        // Asked again: whoever left meanwhile has looked for those that pause before it was one.
        if (waiting.get() <= CALM && paused.remove(server)) {
            server.config().setAutoRead(true);
        }
    }

    private void join(ServerChannel server) {
        if (waiting.incrementAndGet() >= CROWDED && server.config().isAutoRead()) {
            server.eventLoop().execute(() -> look(server));
        }
    }

    private void leave() {
        if (waiting.decrementAndGet() <= CALM) {
            paused.forEach(server -> server.eventLoop().execute(() -> look(server)));
        }
    }

    /** Of one event loop, which alone uses it. */
    private final class Turns implements Runnable {
        private final EventLoop loop;
        private final Deque<Entrance> queue = new ArrayDeque<>();
        private int begun;
        private boolean scheduled;

        Turns(EventLoop loop) {
            this.loop = loop;
        }

        /** Whether the next one may begin in this turn. */
        boolean begin() {
            schedule();
            if (!queue.isEmpty() || begun >= BEGUN_A_TURN) {
                return false;
            }
            begun++;
            return true;
        }

        boolean join(Entrance entrance, ServerChannel server) {
            if (queue.size() >= MOST_WAITING) {
                return false;
            }
            queue.add(entrance);
            Admission.this.join(server);
            return true;
        }

        /** By the clock: what is only put behind the loop's other work may run before any of it. */
        private void schedule() {
            if (!scheduled) {
                scheduled = true;
                var _ = loop.schedule(this, 1, TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public void run() {
            scheduled = false;
            begun = 0;
            while (begun < BEGUN_A_TURN && !queue.isEmpty()) {
                leave();
                if (queue.remove().enter()) {
                    begun++;
                }
            }
            if (!queue.isEmpty()) {
                schedule();
            }
        }
    }

    /** Where one connection waits with its first bytes. */
    private final class Entrance extends ChannelInboundHandlerAdapter {
        private final ServerChannel server;
        private final Deque<Object> held = new ArrayDeque<>(1);
        private @Nullable ChannelHandlerContext waitsAt;

        Entrance(ServerChannel server) {
            this.server = server;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (waitsAt == null) {
                Turns turns = loops.computeIfAbsent(context.channel().eventLoop(), Turns::new);
                if (turns.begin()) {
                    context.pipeline().remove(this);
                    context.fireChannelRead(message);
                    return;
                }
                if (!turns.join(this, server)) {
                    ReferenceCountUtil.release(message);
                    // At once for the other side too, which tries again later.
                    context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                    var _ = context.close();
                    return;
                }
                waitsAt = context;
                context.channel().config().setAutoRead(false);
            }
            held.add(message);
        }

        /** Whether it is still there. */
        boolean enter() {
            ChannelHandlerContext context = waitsAt;
            if (context == null || context.isRemoved()) {
                return false;
            }
            List<Object> messages = List.copyOf(held);
            held.clear();
            context.pipeline().remove(this);
            messages.forEach(context::fireChannelRead);
            context.fireChannelReadComplete();
            context.channel().config().setAutoRead(true);
            return true;
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            held.forEach(ReferenceCountUtil::release);
            held.clear();
        }
    }
}
