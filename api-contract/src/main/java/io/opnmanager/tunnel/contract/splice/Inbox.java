package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Bytes that a socket did not take yet: a ring that grows with what is in it and shrinks when it is
 * empty, so that an idle connection costs nothing. It counts bytes, not packets: a peer that sends
 * them one by one costs no more. Guarded by its splice, and bounded by its window.
 */
final class Inbox {

    private static final byte[] NONE = new byte[0];
    private static final int FIRST = 16 * 1024;

    /** A larger ring is not kept for the next time. */
    private static final int WORTH_KEEPING = 256 * 1024;

    private byte[] ring = NONE;
    private int head;
    private int size;

    int size() {
        return size;
    }

    /** Bytes of memory that it takes now. */
    int held() {
        return ring.length;
    }

    void put(byte[] data, int from, int length) {
        if (size + length > ring.length) {
            grow(size + length);
        }
        int tail = (head + size) % ring.length;
        int first = Math.min(length, ring.length - tail);
        System.arraycopy(data, from, ring, tail, first);
        System.arraycopy(data, from + first, ring, 0, length - first);
        size += length;
    }

    private void grow(int needed) {
        byte[] larger = new byte[Math.max(Math.max(FIRST, needed), ring.length * 2)];
        int first = Math.min(size, ring.length - head);
        System.arraycopy(ring, head, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, size - first);
        ring = larger;
        head = 0;
    }

    /**
     * Writes as much as the socket takes.
     *
     * @return how many bytes that were
     */
    int writeTo(WritableByteChannel socket) throws IOException {
        int all = 0;
        while (size > 0) {
            int offered = Math.min(size, Math.min(Loop.CHUNK, ring.length - head));
            int taken = socket.write(ByteBuffer.wrap(ring, head, offered));
            head = (head + taken) % ring.length;
            size -= taken;
            all += taken;
            if (taken < offered) {
                break;
            }
        }
        if (size == 0) {
            head = 0;
            if (ring.length > WORTH_KEEPING) {
                ring = NONE;
            }
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
        ring = NONE;
        return dropped;
    }
}
