package io.opnmanager.tunnel.tunnelctl.remote;

import io.opnmanager.tunnel.contract.tls.Chunk;
import io.opnmanager.tunnel.contract.tls.PlainSide;
import io.opnmanager.tunnel.contract.tls.Side;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A local program's connection and its way through the gateway. Two virtual threads pump; the end
 * of one direction leaves the other open, and what cannot be written is not read for.
 */
public final class Pump implements Closeable {

    private final Side local;
    private final Side remote;
    private final Traffic traffic;
    private volatile boolean answered;
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    /** Of two connections that are closed with it. */
    public Pump(Socket local, GatewayLine remote, Traffic traffic) {
        this.local = new PlainSide(local);
        this.remote = remote.tls();
        this.traffic = traffic;
    }

    /**
     * Pumps to the end, in the calling virtual thread and one more.
     *
     * @throws IOException when a side broke
     */
    public void run() throws IOException, InterruptedException {
        traffic.begun();
        try (this) {
            Thread back = Thread.ofVirtual().start(() -> pump(remote, local, this::received));
            pump(local, remote, traffic::addSent);
            back.join();
        } finally {
            traffic.ended();
        }
        IOException broken = failure.get();
        if (broken != null) {
            throw broken;
        }
    }

    /** Whether the other side has said anything. */
    public boolean isAnswered() {
        return answered;
    }

    private void received(long bytes) {
        answered = true;
        traffic.addReceived(bytes);
    }

    private void pump(Side from, Side to, LongConsumer counted) {
        try {
            Chunk chunk = new Chunk();
            int read = chunk.fill(from);
            while (read >= 0) {
                chunk.drain(to);
                counted.accept(read);
                read = chunk.fill(from);
            }
            to.end();
        } catch (IOException e) {
            failure.compareAndSet(null, e);
            close();
        }
    }

    /** Cuts it. */
    @Override
    public void close() {
        closeQuietly(local);
        closeQuietly(remote);
    }

    private static void closeQuietly(Side side) {
        try {
            side.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
