package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;

/**
 * What a channel of an SSH line is joined with on this side. Told by the line, in its thread; no
 * call may wait.
 */
public interface Near {

    /** The channel is open: bytes may go both ways from now on. */
    void begin();

    /**
     * Bytes came over the line.
     *
     * @throws IOException when the other end sent more than its window
     */
    void received(byte[] data, int from, int length) throws IOException;

    /** The line may take bytes again: its window was opened or a packet was sent. */
    void roomed();

    /** No more bytes will come over the line; those that wait are still delivered. */
    void farEnded();

    /** The channel is gone; what waits is still delivered, and then it ends. */
    void farGone();

    /** Ends it, and the channel. On any thread. */
    void close();
}
