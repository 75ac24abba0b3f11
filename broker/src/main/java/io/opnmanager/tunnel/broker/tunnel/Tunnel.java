package io.opnmanager.tunnel.broker.tunnel;

import io.opnmanager.tunnel.contract.splice.Acceptor;
import java.io.IOException;
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

    /** Source ports of connections whose bytes are no activity. */
    private final Set<Integer> quiet = ConcurrentHashMap.newKeySet();

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
        boolean probe = probes.remove(((InetSocketAddress) socket.getRemoteAddress()).getPort());
        if (!probe && connections.size() >= terms.connections()) {
            metrics.refused(ForwardPolicy.Refusal.TOO_MANY_CONNECTIONS);
            socket.close();
            return;
        }
        Connection connection = new Connection(this, socket, !probe, terms.path());
        connections.add(connection);
        metrics.connection();
        connection.begin(line.session());
        if (closed.get()) {
            connection.close();
        }
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

    /** From now on bytes of the connection from this local port do not count for the idle clock. */
    void quieten(int sourcePort) {
        quiet.add(sourcePort);
    }

    /** They count again, or there is no such connection any more. */
    void unquieten(int sourcePort) {
        quiet.remove(sourcePort);
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
    void received(Integer sourcePort, int bytes) {
        bytesIn.add(bytes);
        metrics.received(bytes);
        moved(sourcePort, bytes);
    }

    /** Bytes go to the firewall. */
    void sent(Integer sourcePort, int bytes) {
        bytesOut.add(bytes);
        metrics.sent(bytes);
        moved(sourcePort, bytes);
    }

    private void moved(Integer sourcePort, int bytes) {
        if (!quiet.contains(sourcePort)) {
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
