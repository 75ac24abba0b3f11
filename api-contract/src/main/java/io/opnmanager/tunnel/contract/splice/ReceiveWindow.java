package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;
import java.time.Duration;

/**
 * What the other end may send (RFC 4254 §5.2): small at first, and larger while bytes are delivered
 * as fast as they come. It follows what was delivered in the time of the longest path that shall be
 * filled, so nothing need be known of the path; one whose bytes wait stays as it is, one that has
 * become slow shrinks. Guarded by whoever it belongs to.
 */
public final class ReceiveWindow {

    /** Paths up to this delay are filled; a window holds what is delivered in it. */
    private static final long PATH_NANOS = Duration.ofMillis(400).toNanos();

    /** A window is too large when half of it takes this long. */
    private static final long SLOW_NANOS = 2 * PATH_NANOS;

    /** Bytes that are told of at once; what is not told yet is missing on a long path. */
    private static final int WORTH_TELLING = 256 * 1024;

    private final int first;
    private final int most;
    private final Allowance allowance;
    private int size;
    private long open;
    private int sinceTurn;
    private long turn;

    /**
     * @param first bytes at the beginning
     * @param most bytes at the most
     */
    public ReceiveWindow(int first, int most, Allowance allowance) {
        this.first = first;
        this.most = Math.max(first, most);
        this.allowance = allowance;
        this.size = first;
        this.open = first;
    }

    /** Bytes at the beginning, to be announced. */
    public int first() {
        return first;
    }

    /** Bytes that the other end may have under way or waiting here. */
    int size() {
        return size;
    }

    /**
     * Bytes came.
     *
     * @throws IOException when they are more than the window
     */
    public void arrived(int bytes) throws IOException {
        if (bytes > open) {
            throw new IOException(
                    "the peer sent more than its window: wanted at most "
                            + open
                            + " bytes, found "
                            + bytes);
        }
        open -= bytes;
    }

    /**
     * Bytes were delivered.
     *
     * @param waiting bytes that are not yet
     * @return how many the other end is to be granted now; 0 for none yet
     */
    public int delivered(int bytes, int waiting, long now) {
        if (turn == 0) {
            turn = now;
        } else {
            sinceTurn += bytes;
        }
        if (sinceTurn >= size / 2) {
            follow(now - turn, waiting);
            turn = now;
            sinceTurn = 0;
        }
        // What lies here counts as open: a window is what may be on its way or wait.
        long wanted = size - open - waiting;
        if (wanted < Math.min(size / 4, WORTH_TELLING)) {
            return 0;
        }
        open += wanted;
        return (int) wanted;
    }

    private void follow(long took, int waiting) {
        if (took < PATH_NANOS / 2 && waiting <= size / 4 && size < most) {
            size += (int) allowance.take(Math.min(size, most - size));
        } else if (took > SLOW_NANOS && size > first) {
            int less = size - Math.max(first, size / 2);
            size -= less;
            allowance.giveBack(less);
        }
    }

    /** It is not used any more. */
    public void close() {
        allowance.giveBack(size - first);
        size = first;
    }
}
