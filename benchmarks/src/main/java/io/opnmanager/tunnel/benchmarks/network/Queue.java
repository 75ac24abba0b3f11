package io.opnmanager.tunnel.benchmarks.network;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Frames under way in one direction, oldest first, each with the time at which it is due: a ring of
 * bytes outside the heap. One thread owns it.
 */
final class Queue {

    /** Several times what 2 Gb/s have under way at 160 ms. */
    private static final long BYTES = 128L << 20;

    private static final int FRAMES = 1 << 17;

    private final MemorySegment ring;
    private final long[] dueAt = new long[FRAMES];
    private final long[] offsets = new long[FRAMES];
    private final int[] lengths = new int[FRAMES];
    private int oldest;
    private int count;
    private long tail;

    Queue(Arena arena) {
        ring = arena.allocate(BYTES, 8);
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Whether {@link #room} has some. */
    boolean hasRoom() {
        if (count == 0) {
            tail = 0;
            return true;
        }
        if (count == FRAMES) {
            return false;
        }
        long head = offsets[oldest];
        if (tail > head && BYTES - tail < TunDevice.LARGEST) {
            tail = 0;
        }
        return tail > head || head - tail > TunDevice.LARGEST;
    }

    /** Where the next frame may be written to. */
    MemorySegment room() {
        return ring.asSlice(tail, TunDevice.LARGEST);
    }

    /** Keeps what was written to {@link #room}. */
    void add(int length, long due) {
        int at = (oldest + count) % FRAMES;
        offsets[at] = tail;
        lengths[at] = length;
        dueAt[at] = due;
        count++;
        tail += (length + 7) & ~7L;
    }

    /** When the oldest is due, on {@link System#nanoTime}'s clock. */
    long due() {
        return dueAt[oldest];
    }

    /** The oldest. */
    MemorySegment first() {
        return ring.asSlice(offsets[oldest], lengths[oldest]);
    }

    /** Forgets the oldest. */
    void remove() {
        oldest = (oldest + 1) % FRAMES;
        count--;
    }
}
