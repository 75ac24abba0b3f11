package io.opnmanager.tunnel.broker.limits;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of one HTTP/2 connection in one direction, just enough to know whether the
 * headers of a request have begun and are not whole (RFC 9113 §4.1).
 */
final class HeadFrames {

    private static final int FRAME_HEAD = 9;
    private static final int HEADERS = 0x1;
    private static final int CONTINUATION = 0x9;
    private static final int END_HEADERS = 0x4;

    private final int[] head = new int[FRAME_HEAD];
    private int headSeen;
    private long left;
    private boolean inHeaders;
    private boolean finished;

    /**
     * Looks at bytes without consuming them.
     *
     * @return whether a frame's head or a request's headers are begun and not whole
     */
    boolean read(ByteBuf bytes) {
        finished = false;
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        while (at < end) {
            if (headSeen < FRAME_HEAD) {
                head[headSeen++] = bytes.getUnsignedByte(at++);
                if (headSeen == FRAME_HEAD) {
                    left = ((long) head[0] << 16) | (head[1] << 8) | head[2];
                    inHeaders |= isHeaders();
                    endIfWhole();
                }
            } else {
                long step = Math.min(left, end - at);
                left -= step;
                at += (int) step;
                endIfWhole();
            }
        }
        return inHeaders || (headSeen > 0 && headSeen < FRAME_HEAD);
    }

    /** Whether a request's headers or another frame became whole in the last bytes. */
    boolean finishedOne() {
        return finished;
    }

    private void endIfWhole() {
        if (left > 0) {
            return;
        }
        if (isHeaders() && (head[4] & END_HEADERS) != 0) {
            inHeaders = false;
        }
        finished |= !inHeaders;
        headSeen = 0;
    }

    private boolean isHeaders() {
        return head[3] == HEADERS || head[3] == CONTINUATION;
    }
}
