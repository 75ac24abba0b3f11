package io.opnmanager.tunnel.tunnelctl.operations;

import io.opnmanager.tunnel.tunnelctl.remote.GatewayLine;
import io.opnmanager.tunnel.tunnelctl.remote.Pump;
import io.opnmanager.tunnel.tunnelctl.remote.Traffic;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;

/**
 * A local port whose connections go somewhere else. A virtual thread accepts, and each connection
 * has two more.
 */
public final class Forward implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Forward.class);
    private static final int BACKLOG = 128;

    /** After a failure, such as no descriptor left: it would fail again at once. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ServerSocket listener;
    private final Upstream upstream;
    private final Terms terms;
    private final Traffic traffic = new Traffic();
    private final Semaphore room;

    /** What is cut when this is closed. */
    private final Set<Closeable> live = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /**
     * What local programs are granted.
     *
     * @param patience how long a connection waits for a way that is not there at the moment
     * @param connections at once; others are closed
     */
    public record Terms(Duration patience, int connections) {}

    private Forward(ServerSocket listener, Upstream upstream, Terms terms) {
        this.listener = listener;
        this.upstream = upstream;
        this.terms = terms;
        this.room = new Semaphore(terms.connections());
    }

    /**
     * Listens.
     *
     * @throws IOException when the address cannot be had; the message names it
     */
    public static Forward open(InetSocketAddress local, Upstream upstream, Terms terms)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.bind(local, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException(
                    "cannot listen on %s:%d: %s"
                            .formatted(local.getHostString(), local.getPort(), e.getMessage()),
                    e);
        }
        Forward forward = new Forward(listener, upstream, terms);
        Thread.ofVirtual().name("forward").start(forward::accept);
        return forward;
    }

    /** Where it listens. */
    public InetSocketAddress local() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** What went through. */
    public Traffic traffic() {
        return traffic;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket caller = listener.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("connection").start(() -> serve(caller));
                } else {
                    LOG.warnf(
                            "connection refused: to=%s reason=%d are open already",
                            upstream.name(), terms.connections());
                    caller.close();
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    LOG.warnf("connections wait to be taken: %s", e.getMessage());
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Socket caller) {
        live.add(caller);
        try (caller) {
            if (closed) {
                return;
            }
            caller.setTcpNoDelay(true);
            GatewayLine line = upstream.dial(terms.patience());
            pump(caller, line);
        } catch (IOException e) {
            if (!closed) {
                LOG.warnf(
                        "connection not forwarded: to=%s reason=%s",
                        upstream.name(), e.getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            live.remove(caller);
            room.release();
        }
    }

    private void pump(Socket caller, GatewayLine line) throws InterruptedException {
        long begun = System.nanoTime();
        try (Pump pump = new Pump(caller, line, traffic)) {
            live.add(pump);
            String end = "done";
            try {
                if (!closed) {
                    pump.run();
                }
            } catch (IOException e) {
                end = String.valueOf(e.getMessage());
            }
            live.remove(pump);
            if (!pump.isAnswered() && !closed) {
                end += ", without a byte from the other side";
            }
            LOG.infof(
                    "connection ended: to=%s seconds=%d reason=%s",
                    upstream.name(), Duration.ofNanos(System.nanoTime() - begun).toSeconds(), end);
        }
    }

    /** Listens no more, and cuts what goes through. */
    @Override
    public void close() {
        closed = true;
        closeQuietly(listener);
        live.forEach(Forward::closeQuietly);
    }

    private static void closeQuietly(Closeable part) {
        try {
            part.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
