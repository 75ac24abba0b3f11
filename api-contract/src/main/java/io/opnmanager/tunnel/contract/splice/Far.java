package io.opnmanager.tunnel.contract.splice;

import java.io.IOException;

/** The channel of an SSH line, as a {@link Splice} uses it. No call may wait. */
public interface Far {

    /** How many bytes may be sent now; 0 while the other end's window is closed. */
    long room();

    /** How many bytes one packet may carry. */
    long packet();

    /**
     * Sends a packet.
     *
     * @param packet the bytes from {@link Loop#HEAD} on; what is before and behind them is free for
     *     the message, and the bytes may be encrypted where they are
     * @param length how many; never more than {@link #room} or {@link #packet}
     * @param written told once when the array is free again, whether it was sent or not
     */
    void send(byte[] packet, int length, Runnable written) throws IOException;

    /** The other end may send so many bytes more. */
    void grant(int bytes) throws IOException;

    /** No more bytes will be sent. */
    void end() throws IOException;

    /** Closes the channel and tells the other end. */
    void hangUp();
}
