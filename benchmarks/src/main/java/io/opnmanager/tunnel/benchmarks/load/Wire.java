package io.opnmanager.tunnel.benchmarks.load;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** What both ends of the traffic agree on, and how they read and write. */
final class Wire {

    /** What one read or write moves at the most. */
    static final int CHUNK = 256 * 1024;

    /** Of a request and of its answer. */
    static final int MESSAGE = 64;

    /** What is answered by a target that is asked for nothing but a byte. */
    static final byte DONE = 'K';

    /** What the target shall do with a connection: its first byte. */
    enum Order {
        /** A count of 8 bytes follows: send so many and close. */
        DOWN('D'),
        /** A count follows: read so many, answer one byte, close. */
        UP('U'),
        /** Send back whatever comes. */
        ECHO('E'),
        /** Answer every 64 bytes by the same 64. */
        REQUESTS('R'),
        /** Answer one byte and close. */
        CONNECTION('C'),
        /** {@code HEAD / HTTP/1.1}, by which a broker asks whether a firewall's page is there. */
        PAGE('H');

        private final byte letter;

        Order(char letter) {
            this.letter = (byte) letter;
        }

        byte letter() {
            return letter;
        }

        static Order of(byte letter) throws IOException {
            for (Order order : values()) {
                if (order.letter == letter) {
                    return order;
                }
            }
            throw new IOException("nobody knows the order " + letter);
        }
    }

    private Wire() {}

    /** A connection that sends what it is given at once. */
    static SocketChannel connect(InetSocketAddress to) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var _ = channel.connect(to);
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Gives an order that wants no count. */
    static void order(SocketChannel channel, Order order) throws IOException {
        writeAll(channel, ByteBuffer.allocate(1).put(order.letter()).flip());
    }

    /** Gives an order with its count. */
    static void order(SocketChannel channel, Order order, long count) throws IOException {
        writeAll(
                channel,
                ByteBuffer.allocate(1 + Long.BYTES).put(order.letter()).putLong(count).flip());
    }

    static void writeAll(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            var _ = channel.write(bytes);
        }
    }

    /**
     * Fills the buffer and flips it.
     *
     * @throws EOFException when the other side ends before
     */
    static ByteBuffer readAll(SocketChannel channel, ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException(
                        "wanted %d bytes, found the end after %d"
                                .formatted(into.limit(), into.position()));
            }
        }
        return into.flip();
    }

    /** Sends so many bytes, of any content. */
    static void send(SocketChannel channel, long count, ByteBuffer chunk) throws IOException {
        long left = count;
        while (left > 0) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), left));
            left -= channel.write(chunk);
        }
    }

    /** Reads so many bytes and drops them. */
    static void drop(SocketChannel channel, long count, ByteBuffer chunk) throws IOException {
        long left = count;
        while (left > 0) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), left));
            int length = channel.read(chunk);
            if (length < 0) {
                throw new EOFException(
                        "wanted %d bytes, found the end after %d".formatted(count, count - left));
            }
            left -= length;
        }
    }

    /**
     * Waits for the end.
     *
     * @throws IOException when there is one more byte
     */
    static void awaitEnd(SocketChannel channel) throws IOException {
        if (channel.read(ByteBuffer.allocate(1)) >= 0) {
            throw new IOException("wanted the end, found one more byte");
        }
    }
}
