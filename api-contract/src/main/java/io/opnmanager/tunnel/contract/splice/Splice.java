package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A socket joined with a channel, half-close kept. Towards the line two packets are under way at
 * the most, so that the connections of a line take turns and none fills its queue; from the line at
 * most a window is kept, and the window opens again only for bytes that the socket took.
 *
 * <p>The socket is read in the loop's thread only. It is written in the line's thread while nothing
 * waits, else in the loop's; the lock keeps their order. The line is never called with the lock
 * held.
 */
public final class Splice implements Near, Member, AutoCloseable {

    private static final int UNDER_WAY = 2;

    /** How long a socket may take for what waits for it when its channel is gone. */
    private static final long LAST_BYTES_NANOS = Duration.ofSeconds(30).toNanos();

    private final Loop loop;
    private final SocketChannel socket;
    private final Far far;
    private final Watch watch;
    private final long stallNanos;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock.
    private final ReceiveWindow window;
    private final Inbox inbox;
    private boolean farEnded;
    private boolean outputShut;

    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicBoolean paused = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Set once, in the loop's thread, which alone uses it. */
    private @Nullable SelectionKey key;

    /** Of the loop's thread. */
    private boolean begun;

    private volatile boolean socketEnded;
    private volatile boolean farGone;

    /**
     * The least room that is used while more is waiting in the socket than fits: half of what a
     * packet may have, or of the window if it is smaller (RFC 1122 §4.2.3.4, of TCP). 0 when the
     * socket had less to say than there was room for: that is never held back. Written in the
     * loop's thread.
     */
    private volatile int worthwhile;

    private volatile long goneSince;

    /** Since when the line takes nothing; 0 while it does. */
    private volatile long waitingSince;

    /**
     * @param stall after which a line that takes nothing ends it; zero for never
     */
    public Splice(
            Loop loop,
            SocketChannel socket,
            Far far,
            Watch watch,
            ReceiveWindow window,
            Duration stall)
            throws IOException {
        this.loop = loop;
        this.socket = socket;
        this.far = far;
        this.watch = watch;
        this.window = window;
        this.stallNanos = stall.toNanos();
        this.inbox = new Inbox(loop.packets());
        socket.configureBlocking(false);
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @Override
    public void begin() {
        loop.execute(() -> {
            try {
                if (closed.get()) {
                    return;
                }
                if (key == null) {
                    key = loop.register(socket, this);
                }
                begun = true;
                want(SelectionKey.OP_READ, !socketEnded);
                if (held() > 0) {
                    want(SelectionKey.OP_WRITE, true);
                }
            } catch (IOException e) {
                close();
            }
        });
    }

    /** In the loop's thread. */
    private void want(int what, boolean wanted) {
        Loop.want(key, what, wanted);
    }

    @Override
    public void ready() {
        try {
            SelectionKey known = key;
            if (known == null || closed.get()) {
                return;
            }
            if (known.isWritable()) {
                drain();
            }
            if (known.isReadable()) {
                forward();
            }
        } catch (IOException | RuntimeException e) {
            // One connection's trouble, a cancelled key or the library's, is nobody else's.
            close();
        }
    }

    private void forward() throws IOException {
        long room = far.room();
        if (!takes(room)) {
            pause();
            return;
        }
        int packet = (int) Math.min(far.packet(), Packets.CHUNK);
        int most = (int) Math.min(room, (long) packet * (UNDER_WAY - underWay.get()));
        int length = loop.read(socket, most);
        worthwhile = length < most ? 0 : Math.max(worthwhile, Math.min(most, packet) / 2);
        if (length < 0) {
            socketEnded = true;
            want(SelectionKey.OP_READ, false);
            far.end();
            endIfBothDid();
            return;
        }
        if (length == 0) {
            return;
        }
        watch.sent(length);
        waitingSince = 0;
        for (int left = length; left > 0; left -= packet) {
            int next = Math.min(left, packet);
            byte[] array = loop.packet(next);
            var _ = underWay.incrementAndGet();
            far.send(array, next, () -> written(array));
        }
    }

    /** Whether the line takes a packet, and one that is worth its head, its tag and its calls. */
    private boolean takes(long room) {
        return underWay.get() < UNDER_WAY && !farGone && room > 0 && room >= worthwhile;
    }

    /** The line takes nothing more now; {@link #roomed} goes on. */
    private void pause() {
        if (waitingSince == 0) {
            waitingSince = System.nanoTime();
        }
        want(SelectionKey.OP_READ, false);
        paused.set(true);
        roomed();
    }

    private void written(byte[] packet) {
        loop.packets().giveBack(packet);
        var _ = underWay.decrementAndGet();
        roomed();
    }

    @Override
    public void roomed() {
        if (paused.get() && takes(far.room()) && paused.compareAndSet(true, false)) {
            loop.execute(() -> {
                // Even when the socket has nothing more to say for now.
                waitingSince = 0;
                if (!closed.get() && !socketEnded) {
                    want(SelectionKey.OP_READ, true);
                }
            });
        }
    }

    /** They are written at once when nothing waits before them. */
    @Override
    public void received(byte[] data, int from, int length) throws IOException {
        int grant = 0;
        boolean firstLeft = false;
        boolean broken = false;
        watch.received(length);
        lock.lock();
        try {
            if (closed.get() || outputShut) {
                // Sent before the other end knew.
                return;
            }
            window.arrived(length);
            boolean first = inbox.size() == 0;
            int taken = first ? write(data, from, length) : 0;
            broken = taken < 0;
            if (!broken) {
                firstLeft = first && taken < length;
                if (taken < length) {
                    inbox.put(data, from + taken, length - taken);
                }
                grant = taken > 0 ? window.delivered(taken, inbox.size(), System.nanoTime()) : 0;
            }
        } finally {
            lock.unlock();
        }
        if (broken) {
            close();
        }
        if (grant > 0) {
            far.grant(grant);
        }
        if (firstLeft) {
            loop.execute(() -> want(SelectionKey.OP_WRITE, begun));
        }
    }

    /** -1 when the socket failed, which is nothing that the line has done. */
    private int write(byte[] data, int from, int length) {
        try {
            return socket.write(ByteBuffer.wrap(data, from, length));
        } catch (IOException e) {
            return -1;
        }
    }

    /** In the loop's thread. */
    private void drain() throws IOException {
        int grant = 0;
        boolean empty;
        lock.lock();
        try {
            int taken = inbox.writeTo(socket);
            if (taken > 0) {
                grant = window.delivered(taken, inbox.size(), System.nanoTime());
            }
            empty = inbox.size() == 0;
            if (empty) {
                want(SelectionKey.OP_WRITE, false);
                shutOutputIfEnded();
            }
        } finally {
            lock.unlock();
        }
        if (grant > 0 && !farGone) {
            far.grant(grant);
        }
        if (empty) {
            endIfBothDid();
        }
    }

    @Override
    public void farEnded() {
        boolean broken = false;
        lock.lock();
        try {
            farEnded = true;
            if (inbox.size() == 0) {
                shutOutputIfEnded();
            }
        } catch (IOException e) {
            broken = true;
        } finally {
            lock.unlock();
        }
        if (broken) {
            close();
        } else {
            endIfBothDid();
        }
    }

    @Override
    public void farGone() {
        farGone = true;
        goneSince = System.nanoTime();
        farEnded();
    }

    private void shutOutputIfEnded() throws IOException {
        if (farEnded && !outputShut && !closed.get()) {
            outputShut = true;
            socket.shutdownOutput();
        }
    }

    private void endIfBothDid() {
        boolean delivered;
        lock.lock();
        try {
            delivered = outputShut;
        } finally {
            lock.unlock();
        }
        if (delivered && (socketEnded || farGone)) {
            close();
        }
    }

    /** Bytes that wait for the socket. */
    int held() {
        lock.lock();
        try {
            return inbox.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void sweep(long now) {
        long since = waitingSince;
        if (since != 0 && stallNanos > 0 && now - since > stallNanos) {
            close();
        } else if (farGone && now - goneSince > LAST_BYTES_NANOS) {
            close();
        } else if (paused.get()) {
            // The window has stayed smaller, or has become so; what there is of it is used.
            worthwhile = 0;
            roomed();
        }
    }

    /**
     * Ends both. The other end must not keep waiting for room: what it sent for nobody is granted
     * again before the channel closes.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        int dropped;
        lock.lock();
        try {
            dropped = inbox.drop();
            window.close();
        } finally {
            lock.unlock();
        }
        try {
            if (dropped > 0 && !farGone) {
                far.grant(dropped);
            }
        } catch (IOException e) {
            // The line has ended, and with it all of its channels.
        }
        far.hangUp();
        try {
            socket.close();
        } catch (IOException e) {
            // Closed is closed.
        }
        loop.wake();
        watch.ended();
    }
}
