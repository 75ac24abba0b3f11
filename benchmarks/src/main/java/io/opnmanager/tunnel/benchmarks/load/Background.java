package io.opnmanager.tunnel.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One stream that takes whatever it gets until it is closed, for what is measured beside it. */
public final class Background implements AutoCloseable {

    private static final long ENDLESS = Long.MAX_VALUE;

    private final SocketChannel connection;
    private final Bulk.Direction direction;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable IOException failure;

    private Background(SocketChannel connection, Bulk.Direction direction) {
        this.connection = connection;
        this.direction = direction;
    }

    /** Begins. */
    public static Background start(InetSocketAddress to, Bulk.Direction direction)
            throws IOException {
        Background stream = new Background(Wire.connect(to), direction);
        var _ = Thread.ofPlatform().daemon().name("background").start(stream::move);
        return stream;
    }

    private void move() {
        ByteBuffer chunk = ByteBuffer.allocateDirect(Wire.CHUNK);
        try {
            Wire.order(connection, direction.order(), ENDLESS);
            while (!closing) {
                chunk.clear();
                int length =
                        switch (direction) {
                            case DOWN -> connection.read(chunk);
                            case UP -> connection.write(chunk);
                        };
                if (length < 0) {
                    throw new IOException(
                            "the endless stream ended after %d bytes".formatted(bytes.get()));
                }
                var _ = bytes.addAndGet(length);
            }
        } catch (IOException e) {
            if (!closing) {
                failure = e;
            }
        }
    }

    /**
     * So far, as seen at this end.
     *
     * @throws IOException when the stream broke
     */
    public long bytes() throws IOException {
        IOException broken = failure;
        if (broken != null) {
            throw new IOException("the stream beside broke: " + broken.getMessage(), broken);
        }
        return bytes.get();
    }

    @Override
    public void close() throws IOException {
        closing = true;
        // Which ends the thread.
        connection.close();
    }
}
