package io.opnmanager.tunnel.agent.transport;

import io.opnmanager.tunnel.contract.splice.Loop;
import io.opnmanager.tunnel.contract.splice.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Connects to the first address of a target that answers, in the thread of a loop, which does not
 * wait for it. Only a name is resolved in a thread of its own.
 */
final class Dial implements Member {

    /** Gets what came of it, once, in the loop's thread. */
    interface Caller {

        /**
         * A connection, which is the caller's from now on.
         *
         * @throws IOException when it is of no use; it is closed then
         */
        void connected(SocketChannel socket) throws IOException;

        /** None of its addresses answered in time. */
        void failed(IOException why);
    }

    private final Loop loop;
    private final int port;
    private final Caller caller;
    private final long until;

    // Of the loop's thread.
    private final Queue<InetAddress> addresses = new ArrayDeque<>();
    private @Nullable IOException failure;
    private @Nullable SocketChannel socket;

    private Dial(Loop loop, int port, Duration within, Caller caller) {
        this.loop = loop;
        this.port = port;
        this.caller = caller;
        this.until = System.nanoTime() + within.toNanos();
    }

    /**
     * Begins, from any thread.
     *
     * @param host an address, or a name for one
     * @param within all of its addresses together
     */
    static void begin(Loop loop, String host, int port, Duration within, Caller caller) {
        Dial dial = new Dial(loop, port, within, caller);
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            loop.execute(() -> dial.all(List.of(address)));
        } catch (IllegalArgumentException e) {
            var _ = Thread.ofVirtual().name("resolve " + host).start(() -> dial.resolve(host));
        }
    }

    private void resolve(String host) {
        try {
            List<InetAddress> found = List.of(InetAddress.getAllByName(host));
            loop.execute(() -> all(found));
        } catch (IOException e) {
            loop.execute(() -> caller.failed(e));
        }
    }

    private void all(List<InetAddress> found) {
        addresses.addAll(found);
        next();
    }

    private void next() {
        @Nullable InetAddress address;
        while ((address = addresses.poll()) != null && System.nanoTime() < until) {
            try {
                SocketChannel opened = SocketChannel.open();
                socket = opened;
                opened.configureBlocking(false);
                if (opened.connect(new InetSocketAddress(address, port))) {
                    connected(opened);
                } else {
                    Loop.want(loop.register(opened, this), SelectionKey.OP_CONNECT, true);
                }
                return;
            } catch (IOException e) {
                failure = e;
                drop();
            }
        }
        caller.failed(
                failure == null ? new IOException("no address of the target answered") : failure);
    }

    @Override
    public void ready() {
        SocketChannel opened = socket;
        if (opened == null) {
            return;
        }
        try {
            if (opened.finishConnect()) {
                connected(opened);
            }
        } catch (IOException e) {
            failure = e;
            drop();
            next();
        }
    }

    /** Its key, if there is one, is the next member's. */
    private void connected(SocketChannel opened) throws IOException {
        caller.connected(opened);
        socket = null;
    }

    @Override
    public void sweep(long now) {
        if (socket != null && now >= until) {
            drop();
            caller.failed(new SocketTimeoutException("the target did not answer in time"));
        }
    }

    /** The line has ended with its loop. */
    @Override
    public void close() {
        drop();
    }

    private void drop() {
        SocketChannel opened = socket;
        socket = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                // Closed is closed.
            }
        }
    }
}
