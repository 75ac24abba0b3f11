package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a socket did not take yet, in arrays that are full but for the first and the last, so
 * that what waits takes about as much memory as it is and an idle connection costs nothing. It
 * counts bytes, not packets: a peer that sends them one by one costs no more. Guarded by its
 * splice, and bounded by its window.
 */
final class Inbox {

    /** The least that an array has. */
    private static final int LEAST = 4 * 1024;

    private final Packets packets;
    private final ArrayDeque<byte[]> arrays = new ArrayDeque<>();

    /** Where the next byte is in the first array. */
    private int head;

    /** Where the next byte goes in the last array. */
    private int tail;

    private int size;

    Inbox(Packets packets) {
        this.packets = packets;
    }

    int size() {
        return size;
    }

    /** Bytes of memory that it takes now. */
    int held() {
        return arrays.stream().mapToInt(array -> array.length).sum();
    }

    void put(byte[] data, int from, int length) {
        size += length;
        int next = from;
        int left = length;
        while (left > 0) {
            byte @Nullable [] last = arrays.peekLast();
            if (last == null || tail == last.length) {
                // Whoever has filled one will soon have filled the next.
                last = packets.take(last == null ? Math.max(left, LEAST) : Packets.CHUNK);
                arrays.addLast(last);
                tail = 0;
            }
            int fits = Math.min(left, last.length - tail);
            System.arraycopy(data, next, last, tail, fits);
            tail += fits;
            next += fits;
            left -= fits;
        }
    }

    /**
     * Writes as much as the socket takes.
     *
     * @return how many bytes that were
     */
    int writeTo(WritableByteChannel socket) throws IOException {
        int all = 0;
        while (size > 0) {
            byte[] first = arrays.getFirst();
            int offered = Math.min(size, first.length - head);
            int taken = socket.write(ByteBuffer.wrap(first, head, offered));
            all += taken;
            size -= taken;
            head += taken;
            if (taken < offered) {
                break;
            }
            packets.giveBack(arrays.removeFirst());
            head = 0;
        }
        return all;
    }

    /**
     * Nobody will take what is in it.
     *
     * @return how many bytes were in it
     */
    int drop() {
        int dropped = size;
        size = 0;
        head = 0;
        arrays.forEach(packets::giveBack);
        arrays.clear();
        return dropped;
    }
}
