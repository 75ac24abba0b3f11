package io.opnmanager.tunnel.contract.tls;

import java.io.Closeable;
import java.io.IOException;

/**
 * One of two connections whose bytes go to each other. One thread may read while another writes;
 * any may close, and does not wait for them.
 */
public sealed interface Side extends Closeable permits PlainSide, TlsSide {

    /**
     * Waits for bytes.
     *
     * @param into as long as a {@link Chunk} makes it
     * @return how many; -1 after the other end has said that there are no more
     * @throws IOException when the connection broke instead
     */
    int read(byte[] into) throws IOException;

    /** Waits until the network has taken all of them. */
    void write(byte[] bytes, int length) throws IOException;

    /** No more bytes will be written; they can still be read. */
    void end() throws IOException;
}
