package io.opnmanager.tunnel.tunnelctl.remote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A local program's connection and its way through the gateway. Two virtual threads pump; the end
 * of one direction leaves the other open, and what cannot be written is not read for.
 */
public final class Pump implements Closeable {

    private static final int CHUNK = 64 * 1024;

    private final Socket local;
    private final GatewayLine remote;
    private final Traffic traffic;
    private volatile boolean answered;
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();

    /** Of two connections that are closed with it. */
    public Pump(Socket local, GatewayLine remote, Traffic traffic) {
        this.local = local;
        this.remote = remote;
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
            Thread back = Thread.ofVirtual().start(() -> pump(remote.tls(), local, this::received));
            pump(local, remote.tls(), traffic::addSent);
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

    private void pump(Socket from, Socket to, LongConsumer counted) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[CHUNK];
            int read = in.read(chunk);
            while (read >= 0) {
                out.write(chunk, 0, read);
                counted.accept(read);
                read = in.read(chunk);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            failure.compareAndSet(null, e);
            close();
        }
    }

    /** Cuts it. */
    @Override
    public void close() {
        closeQuietly(local);
        closeQuietly(remote.tcp());
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }
}
