package io.opnmanager.tunnel.broker.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.opnmanager.tunnel.contract.splice.Acceptor;
import io.opnmanager.tunnel.contract.splice.Splice;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The live path of one request: its listener on 127.0.0.1, the connections through it and the SSH
 * line that carries them. Closing it closes all three; nothing else does.
 *
 * <p>Accepts in the thread that moves its line's bytes; the counters may be touched by any.
 */
final class Tunnel implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Tunnel.class);

    /**
     * What a tunnel needs to know of its request and of the broker's limits.
     *
     * @param request the request
     * @param port the port to listen on
     * @param byteLimit bytes both ways together, or {@code null} for unlimited
     * @param connections at the most at once
     * @param path what moves their bytes
     */
    record Terms(
            long request, int port, @Nullable Long byteLimit, int connections, Splices.Path path) {}

    private final Terms terms;
    private final Line line;
    private final TunnelMetrics metrics;
    private final Runnable byteLimitReached;
    private final Acceptor acceptor;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

    /** Source ports of the broker's own probes. */
    private final Set<Integer> probes = ConcurrentHashMap.newKeySet();

    private final LongAdder active = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final AtomicBoolean limitTold = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile long lastWritten;
    private volatile long lastActive;

    private Tunnel(
            Terms terms,
            Line line,
            TunnelMetrics metrics,
            Runnable byteLimitReached,
            ServerSocketChannel listener)
            throws IOException {
        this.terms = terms;
        this.line = line;
        this.metrics = metrics;
        this.byteLimitReached = byteLimitReached;
        this.acceptor = new Acceptor(terms.path().loop(), listener, new Entry());
    }

    /**
     * Binds the listener; connections are taken from {@link #start} on.
     *
     * @throws IOException when another program has the port
     */
    static Tunnel bind(Terms terms, Line line, TunnelMetrics metrics, Runnable byteLimitReached)
            throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listener.bind(
                    new InetSocketAddress(
                            InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), terms.port()),
                    128);
            return new Tunnel(terms, line, metrics, byteLimitReached, listener);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    void start() {
        acceptor.begin();
    }

    /** What comes to the listener, in the loop's thread. */
    private final class Entry implements Acceptor.Taker {

        @Override
        public void take(SocketChannel socket) throws IOException {
            connect(socket);
        }

        @Override
        public void failed(IOException why) {
            LOG.warnf(
                    "connections wait to be taken: request=%d port=%d error=%s",
                    terms.request(), terms.port(), why.getMessage());
        }
    }

    private void connect(SocketChannel socket) throws IOException {
        InetSocketAddress source = (InetSocketAddress) socket.getRemoteAddress();
        boolean probe = probes.remove(source.getPort());
        Splices.Path path = terms.path();
        boolean begun =
                connect(
                        source,
                        !probe,
                        (far, connection, window) ->
                                new Splice(
                                        path.loop(),
                                        socket,
                                        far,
                                        connection,
                                        window,
                                        path.stall()));
        if (!begun) {
            socket.close();
        }
    }

    /**
     * Connects this process itself, as its listener would: under the same limits, and counted.
     *
     * @param home the event loop of whoever will use it
     */
    Future<Channel> connect(EventLoop home) {
        Promise<Channel> opened = home.newPromise();
        try {
            boolean begun =
                    connect(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                            /* counted= */ true,
                            (far, connection, window) -> {
                                var joined = new TunnelChannel.Joined(far, connection, window);
                                var own = new TunnelChannel(joined, terms.path(), home, opened);
                                own.attr(Connection.OF).set(connection);
                                return own.near();
                            });
            if (!begun) {
                var _ =
                        opened.tryFailure(
                                new ConnectException("the tunnel has too many connections"));
            }
        } catch (IOException e) {
            var _ = opened.tryFailure(e);
        }
        return opened;
    }

    /** False when there are as many as there may be. */
    private boolean connect(InetSocketAddress source, boolean counted, Connection.End end)
            throws IOException {
        if (counted && connections.size() >= terms.connections()) {
            metrics.refused(ForwardPolicy.Refusal.TOO_MANY_CONNECTIONS);
            return false;
        }
        Connection connection = new Connection(this, source, counted, terms.path().window(), end);
        connections.add(connection);
        metrics.connection();
        connection.begin(line.session());
        if (closed.get()) {
            connection.close();
        }
        return true;
    }

    long request() {
        return terms.request();
    }

    int port() {
        return terms.port();
    }

    Line line() {
        return line;
    }

    boolean isOpen() {
        return !closed.get();
    }

    /**
     * The connection that will come from this local port is the broker's own and counts for
     * nothing.
     */
    void expectProbe(int sourcePort) {
        probes.add(sourcePort);
    }

    /** It came, or will not come any more. */
    void probeOver(int sourcePort) {
        probes.remove(sourcePort);
    }

    /** Every second: connections that the agent does not answer end. */
    void sweep() {
        long now = System.nanoTime();
        connections.forEach(connection -> connection.sweep(now));
    }

    void ended(Connection connection) {
        connections.remove(connection);
    }

    /** Bytes came from the firewall. */
    void received(boolean quiet, int bytes) {
        bytesIn.add(bytes);
        metrics.received(bytes);
        moved(quiet, bytes);
    }

    /** Bytes go to the firewall. */
    void sent(boolean quiet, int bytes) {
        bytesOut.add(bytes);
        metrics.sent(bytes);
        moved(quiet, bytes);
    }

    private void moved(boolean quiet, int bytes) {
        if (!quiet) {
            active.add(bytes);
        }
        checkLimit();
    }

    private void checkLimit() {
        Long limit = terms.byteLimit();
        if (limit != null
                && bytesIn.sum() + bytesOut.sum() > limit
                && limitTold.compareAndSet(false, true)) {
            byteLimitReached.run();
        }
    }

    long bytesIn() {
        return bytesIn.sum();
    }

    long bytesOut() {
        return bytesOut.sum();
    }

    /**
     * Whether bytes went through since the last call that said so; for the one thread that writes
     * them down.
     */
    boolean movedSinceLastLook() {
        long now = bytesIn.sum() + bytesOut.sum();
        boolean moved = now != lastWritten;
        lastWritten = now;
        return moved;
    }

    /** The same, of bytes that count for the idle clock. */
    boolean activeSinceLastLook() {
        long now = active.sum();
        boolean moved = now != lastActive;
        lastActive = now;
        return moved;
    }

    @Override
    public void close() {
        close("the tunnel was closed");
    }

    /** Closes listener, connections and line; the peer is told why. */
    void close(String why) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        acceptor.close();
        connections.forEach(Connection::close);
        line.disconnect(why);
    }
}
