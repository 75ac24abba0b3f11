package io.opnmanager.tunnel.contract.line;

import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Member;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.common.future.CloseFuture;
import org.apache.sshd.common.io.IoHandler;
import org.apache.sshd.common.io.IoService;
import org.apache.sshd.common.io.IoSession;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.helpers.AbstractSession;
import org.apache.sshd.common.util.Readable;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.jspecify.annotations.Nullable;

/**
 * The socket of one SSH line. It is read in its loop's thread. Until it {@link #carry carries}, and
 * while keys are exchanged, what was read is handled in a thread that may wait, and nothing is read
 * meanwhile; after that it is handled where it was read.
 *
 * <p>It is written by whoever has a packet, as far as the socket takes it; the rest follows in the
 * loop's thread, in order. Once it carries, small packets go together at the end of the loop's
 * turn.
 */
public final class LineSession extends AbstractCloseable implements IoSession, Member {

    private static final AtomicLong IDS = new AtomicLong();

    /**
     * So much of what was read is handled at once. The library moves what follows a packet to the
     * front: of several packets at once it would move the last ones again and again.
     */
    private static final int AT_ONCE = 16 * 1024;

    private final long id = IDS.incrementAndGet();
    private final LineService service;
    private final SocketChannel socket;
    private final Loop loop;
    private final IoHandler handler;
    private final Executor patient;
    private final SocketAddress local;
    private final SocketAddress remote;
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>();

    private final Outbox outbox;

    private volatile boolean carries;
    private volatile boolean suspended;

    /** Of the loop's thread. */
    private @Nullable SelectionKey key;

    /** Of the loop's thread: what was read last is being handled in another one. */
    private boolean handed;

    /** What was gathered goes out at the end of the loop's turn. */
    private final AtomicBoolean flushes = new AtomicBoolean();

    LineSession(
            LineService service,
            SocketChannel socket,
            Loop loop,
            IoHandler handler,
            Executor patient)
            throws IOException {
        this.service = service;
        this.socket = socket;
        this.loop = loop;
        this.handler = handler;
        this.patient = patient;
        this.local = socket.getLocalAddress();
        this.remote = socket.getRemoteAddress();
        this.outbox = new Outbox(socket, remote);
    }

    /** The line of a session whose transport is {@link LineTransport}. */
    public static LineSession of(Session session) {
        return (LineSession) session.getIoSession();
    }

    /** The thread that its connections' bytes are best moved in. */
    public Loop loop() {
        return loop;
    }

    /** It is set up: nothing that it may say from now on makes its handlers wait. */
    public void carry() {
        carries = true;
    }

    /** Its socket is closed: nothing of it goes or comes any more. */
    boolean isOver() {
        return !socket.isOpen();
    }

    /** It is read from now on, and written if it ends already with packets that wait. */
    void begin() {
        loop.execute(() -> {
            try {
                if (!isOver()) {
                    key = loop.register(socket, this);
                    wantToRead();
                    Loop.want(key, SelectionKey.OP_WRITE, outbox.waits());
                }
            } catch (IOException e) {
                failed(e);
            }
        });
    }

    private void wantToRead() {
        Loop.want(key, SelectionKey.OP_READ, !handed && !suspended);
    }

    @Override
    public void ready() {
        SelectionKey known = key;
        if (known == null || isClosed()) {
            return;
        }
        try {
            if (known.isWritable()) {
                flush();
            }
            if (known.isReadable()) {
                receive();
            }
        } catch (Exception e) {
            hand(() -> failed(e));
        }
    }

    private void receive() throws Exception {
        ByteBuffer read = loop.receive(socket);
        if (read == null) {
            hand(this::close);
            return;
        }
        int end = read.limit();
        while (read.position() < end && carries && !exchangesKeys()) {
            int next = Math.min(end, read.position() + AT_ONCE);
            handler.messageReceived(this, Readable.readable(read.limit(next)));
            read.position(next);
        }
        if (read.position() < end) {
            read.limit(end);
            ByteBuffer own = ByteBuffer.allocate(read.remaining()).put(read).flip();
            hand(() -> handle(own));
        }
    }

    /** To a thread that may wait; nothing is read until it is done. */
    private void hand(Runnable work) {
        handed = true;
        wantToRead();
        try {
            patient.execute(work);
        } catch (RejectedExecutionException e) {
            // The client or server ends, and with it all of its lines.
            close();
        }
    }

    private boolean exchangesKeys() {
        Session session = AbstractSession.getSession(this, /* allowNull= */ true);
        return session == null || ((AbstractSession) session).getKexState() != KexState.DONE;
    }

    /** In a thread that may wait. */
    private void handle(ByteBuffer read) {
        try {
            handler.messageReceived(this, Readable.readable(read));
        } catch (Exception e) {
            failed(e);
        }
        loop.execute(() -> {
            handed = false;
            wantToRead();
        });
    }

    private void failed(Exception why) {
        if (isClosed()) {
            return;
        }
        if (isOpen() && socket.isOpen()) {
            try {
                handler.exceptionCaught(this, why);
            } catch (Exception e) {
                log.debug("the failure of a line could not be told: line={}", this, e);
            }
        }
        close(true);
    }

    @Override
    public IoWriteFuture writeBuffer(Buffer packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet.array(), packet.rpos(), packet.available());
        try {
            // At the end of the loop's turn what its connections have said goes in one call.
            boolean gathers = carries;
            IoWriteFuture write = outbox.write(bytes, gathers);
            if (gathers && flushes.compareAndSet(false, true)) {
                loop.execute(this::flush);
            }
            if (!write.isDone()) {
                loop.execute(() -> Loop.want(key, SelectionKey.OP_WRITE, outbox.waits()));
            }
            return write;
        } catch (IOException e) {
            failed(e);
            return outbox.lost(bytes, e);
        }
    }

    private void flush() {
        flushes.set(false);
        if (isClosed()) {
            return;
        }
        try {
            outbox.flush();
            Loop.want(key, SelectionKey.OP_WRITE, outbox.waits());
        } catch (IOException e) {
            hand(() -> failed(e));
        }
    }

    @Override
    public void shutdownOutputStream() throws IOException {
        outbox.end();
    }

    /** What was to be written is still written. */
    @Override
    protected CloseFuture doCloseGracefully() {
        return builder().when(toString(), outbox.waiting()).build().close(false);
    }

    @Override
    protected void doCloseImmediately() {
        outbox.close();
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("the socket of a line did not close: line={}", this, e);
        }
        loop.wake();
        service.gone(this);
        super.doCloseImmediately();
        try {
            handler.sessionClosed(this);
        } catch (Exception e) {
            log.debug("the end of a line could not be told: line={}", this, e);
        }
        attributes.clear();
    }

    /** The keepalives of both ends watch over it. */
    @Override
    public void sweep(long now) {}

    @Override
    public void close() {
        var _ = close(true);
    }

    @Override
    public void suspendRead() {
        suspended = true;
        loop.execute(this::wantToRead);
    }

    @Override
    public void resumeRead() {
        suspended = false;
        loop.execute(this::wantToRead);
    }

    @Override
    public long getId() {
        return id;
    }

    @Override
    public IoService getService() {
        return service;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return local;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return remote;
    }

    /** Where it came in, which is where it is. */
    @Override
    public SocketAddress getAcceptanceAddress() {
        return local;
    }

    @Override
    public @Nullable Object getAttribute(Object name) {
        return attributes.get(name);
    }

    @Override
    public @Nullable Object setAttribute(Object name, Object value) {
        return attributes.put(name, value);
    }

    @Override
    public @Nullable Object setAttributeIfAbsent(Object name, Object value) {
        return attributes.putIfAbsent(name, value);
    }

    @Override
    public @Nullable Object removeAttribute(Object name) {
        return attributes.remove(name);
    }

    @Override
    public String toString() {
        return "line " + id + " with " + remote;
    }
}
