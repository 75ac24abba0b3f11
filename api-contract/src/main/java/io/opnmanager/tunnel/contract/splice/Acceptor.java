package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A listener whose connections are taken in a loop's thread, and which it closes. */
public final class Acceptor implements Member, AutoCloseable {

    /** So many are taken in one turn; the others of the loop come between. */
    private static final int AT_ONCE = 16;

    private static final Duration FREE_WITHIN = Duration.ofSeconds(1);

    /** Gets what comes; called in the loop's thread, which must not wait. */
    public interface Taker {

        /**
         * A connection, which is the taker's from now on.
         *
         * @throws IOException when it is of no use, perhaps gone already; it is closed then
         */
        void take(SocketChannel socket) throws IOException;

        /**
         * Nothing could be taken, such as for lack of descriptors; it is tried again in a second.
         */
        void failed(IOException why);
    }

    private final Loop loop;
    private final ServerSocketChannel listener;
    private final Taker taker;

    /** Of the loop's thread. */
    private @Nullable SelectionKey key;

    /**
     * @param listener bound
     */
    public Acceptor(Loop loop, ServerSocketChannel listener, Taker taker) throws IOException {
        this.loop = loop;
        this.listener = listener;
        this.taker = taker;
        listener.configureBlocking(false);
    }

    /** Connections are taken from now on. */
    public void begin() {
        loop.execute(() -> {
            try {
                if (listener.isOpen()) {
                    key = loop.register(listener, this);
                    Loop.want(key, SelectionKey.OP_ACCEPT, true);
                }
            } catch (IOException e) {
                failed(e);
            }
        });
    }

    @Override
    public void ready() {
        try {
            for (int turn = 0; turn < AT_ONCE; turn++) {
                @Nullable SocketChannel socket = listener.accept();
                if (socket == null) {
                    return;
                }
                take(socket);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void take(SocketChannel socket) throws IOException {
        try {
            taker.take(socket);
        } catch (IOException e) {
            socket.close();
        }
    }

    private void failed(IOException why) {
        if (listener.isOpen()) {
            // It would be ready again at once, and so all the time.
            Loop.want(key, SelectionKey.OP_ACCEPT, false);
            taker.failed(why);
        }
    }

    /** Who could not be taken may be by now. */
    @Override
    public void sweep(long now) {
        Loop.want(key, SelectionKey.OP_ACCEPT, true);
    }

    /** The port is free when it returns, or will be as soon as its loop has a turn. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            // Closed is closed.
        }
        loop.release(FREE_WITHIN);
    }
}
