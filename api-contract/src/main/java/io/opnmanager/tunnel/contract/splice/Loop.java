package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One thread that turns to each socket that is ready, in turns of one packet. Work may be given to
 * it from any thread; it must never wait for anything but its sockets.
 */
public final class Loop implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Loop.class.getName());

    /** Before the bytes of a packet: room for the message's and the packet's own head. */
    public static final int HEAD = Packets.HEAD;

    /** The most that is read of a line at once: a few packets of several connections. */
    private static final int MOST = 4 * Packets.CHUNK;

    private static final long SWEEP_MILLIS = 1_000;

    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Packets packets = new Packets();
    private volatile boolean closed;

    /** Of its thread only. What a socket gave before it is known how much it is. */
    private final ByteBuffer read = ByteBuffer.allocateDirect(MOST);

    /** Starts its thread, which does not keep a program alive. */
    public Loop(String name) {
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("no selector can be had", e);
        }
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
        thread.start();
    }

    private void run() {
        long swept = System.nanoTime();
        while (!closed) {
            try {
                selector.select(Loop::ready, selector.keys().isEmpty() ? 0 : SWEEP_MILLIS);
            } catch (IOException e) {
                throw new UncheckedIOException("the selector failed", e);
            }
            long now = System.nanoTime();
            if (now - swept >= Duration.ofMillis(SWEEP_MILLIS).toNanos()) {
                swept = now;
                selector.keys().forEach(key -> guarded(() -> of(key).sweep(now)));
            }
            // Last, so that what the members have asked for does not wait for the next turn.
            woken.set(false);
            @Nullable Runnable next;
            while ((next = work.poll()) != null) {
                guarded(next);
            }
        }
        selector.keys().forEach(key -> guarded(() -> of(key).close()));
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("the selector did not close", e);
        }
    }

    private static void ready(SelectionKey key) {
        guarded(() -> of(key).ready());
    }

    /** What fails for one connection must not end the thread of all the others. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a connection failed", e);
        }
    }

    private static Member of(SelectionKey key) {
        return (Member) key.attachment();
    }

    /** Runs it in the loop's thread, soon. */
    public void execute(Runnable task) {
        work.add(task);
        wake();
    }

    /** Whether this is its thread. What is executed there is done in the same turn. */
    public boolean isCurrent() {
        return Thread.currentThread().equals(thread);
    }

    /** What was closed leaves the selector, and only then its socket is gone. */
    public void wake() {
        if (!isCurrent() && woken.compareAndSet(false, true)) {
            selector.wakeup();
        }
    }

    /** In its thread: the member is told when its socket is ready for what its key wants. */
    public SelectionKey register(SelectableChannel socket, Member member)
            throws ClosedChannelException {
        return socket.register(selector, 0, member);
    }

    /**
     * In its thread: from now on a key wants this or does not.
     *
     * @param what one of the operations of {@link SelectionKey}
     */
    public static void want(@Nullable SelectionKey key, int what, boolean wanted) {
        if (key != null && key.isValid()) {
            int before = key.interestOps();
            int after = wanted ? before | what : before & ~what;
            if (before != after) {
                key.interestOps(after);
            }
        }
    }

    /**
     * Has the system free what its members have closed, such as the port of a listener. Waits for
     * its thread, unless it is called there: then that is done in its next turn.
     *
     * @param atMost how long it waits
     */
    public void release(Duration atMost) {
        if (closed || isCurrent()) {
            return;
        }
        CountDownLatch released = new CountDownLatch(1);
        execute(() -> {
            try {
                var _ = selector.selectNow(Loop::ready);
                // It has taken whatever wake-up came meanwhile, which the next turn must still see.
                selector.wakeup();
            } catch (IOException e) {
                throw new UncheckedIOException("the selector failed", e);
            }
            released.countDown();
        });
        try {
            var _ = released.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * In its thread: reads what is there.
     *
     * @return what was read, until the next call of anything here; {@code null} at the end of the
     *     stream
     */
    public @Nullable ByteBuffer receive(SocketChannel socket) throws IOException {
        return socket.read(read.clear()) < 0 ? null : read.flip();
    }

    /**
     * In its thread: reads what is there, for {@link #packet}.
     *
     * @param most of it; a few packets at the most
     * @return how many bytes; -1 at the end of the stream
     */
    int read(SocketChannel socket, int most) throws IOException {
        read.clear().limit(most);
        int length = socket.read(read);
        read.flip();
        return length;
    }

    /**
     * The next bytes of what was read, behind {@link #HEAD} others in an array that is the caller's
     * until it is given back.
     */
    byte[] packet(int length) {
        byte[] packet = packets.take(length);
        read.get(packet, HEAD, length);
        return packet;
    }

    /** The arrays of what is on its way through it. */
    public Packets packets() {
        return packets;
    }

    /** Ends its thread, and with it every splice. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }
}
