package io.opnmanager.tunnel.broker.tunnel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes between an SSH channel, which must never wait, and a socket, which may: one writer, one
 * reader, at most as many bytes as the channel's window. It grows with what is in it, so that an
 * idle connection costs little, and counts bytes, not packets, so that a peer that sends them one
 * by one costs no more.
 */
final class Inbox {

    private static final int FIRST = 16 * 1024;

    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by the lock: a ring of bytes from head on.
    private byte[] ring;
    private int head;
    private int size;
    private boolean ended;
    private boolean dropping;

    Inbox(int most) {
        this.most = most;
        this.ring = new byte[Math.min(FIRST, most)];
    }

    /**
     * Takes bytes in; never waits.
     *
     * @throws IOException when the peer sent more than its window
     */
    void put(byte[] data, int from, int length) throws IOException {
        lock.lock();
        try {
            if (dropping) {
                return;
            }
            if (size + length > most) {
                throw new IOException("the peer sent more than its window of " + most + " bytes");
            }
            if (size + length > ring.length) {
                grow(size + length);
            }
            int tail = (head + size) % ring.length;
            int first = Math.min(length, ring.length - tail);
            System.arraycopy(data, from, ring, tail, first);
            System.arraycopy(data, from + first, ring, 0, length - first);
            size += length;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void grow(int needed) {
        byte[] larger = new byte[Math.min(most, Math.max(needed, ring.length * 2))];
        int first = Math.min(size, ring.length - head);
        System.arraycopy(ring, head, larger, 0, first);
        System.arraycopy(ring, 0, larger, first, size - first);
        ring = larger;
        head = 0;
    }

    /** Nothing more will come; what is in it can still be taken. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Nobody will take what is in it, nor what still comes.
     *
     * @return how many bytes were in it
     */
    int drop() {
        lock.lock();
        try {
            int dropped = size;
            size = 0;
            dropping = true;
            ended = true;
            changed.signal();
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for bytes and takes as many as fit.
     *
     * @return how many, or -1 when nothing more will come
     */
    int take(ByteBuffer to) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (size == 0 && !ended) {
                changed.await();
            }
            if (size == 0) {
                return -1;
            }
            int length = Math.min(size, to.remaining());
            int first = Math.min(length, ring.length - head);
            to.put(ring, head, first);
            to.put(ring, 0, length - first);
            head = (head + length) % ring.length;
            size -= length;
            return length;
        } finally {
            lock.unlock();
        }
    }
}
