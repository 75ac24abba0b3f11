package io.opnmanager.tunnel.contract.splice;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * Arrays for what was read and is on its way: large ones are used again and again, and a few are
 * kept. Any thread.
 */
public final class Packets {

    /**
     * The most of a packet. With all heads it is one segment on a loopback interface, whose MTU is
     * 64 KiB: a few bytes more would be a segment of their own, at nearly the cost of a whole one.
     */
    public static final int CHUNK = 63 * 1024;

    /** Before the bytes of a packet: room for the message's and the packet's own head. */
    static final int HEAD = 32;

    /** Behind them: padding (RFC 4253 §6, up to 255 bytes) and the tag. */
    private static final int TAIL = 320;

    /** From this size on arrays are kept for the next packet. */
    private static final int WORTH_KEEPING = 16 * 1024;

    private static final int KEPT = 8;

    private final ArrayBlockingQueue<byte[]> spare = new ArrayBlockingQueue<>(KEPT);

    /** One with room for so many bytes between head and tail, or more. */
    public byte[] take(int bytes) {
        if (bytes < WORTH_KEEPING) {
            return new byte[HEAD + bytes + TAIL];
        }
        byte[] kept = spare.poll();
        return kept == null ? new byte[HEAD + CHUNK + TAIL] : kept;
    }

    /** It is nobody's any more. */
    public void giveBack(byte[] packet) {
        if (packet.length == HEAD + CHUNK + TAIL) {
            var _ = spare.offer(packet);
        }
    }
}
