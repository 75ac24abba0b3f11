package io.opnmanager.tunnel.contract.tls;

import java.io.IOException;

/**
 * What is under way in one direction. Small unless somebody has more to say, because most
 * connections have not. Used by one thread.
 */
public final class Chunk {

    /**
     * What the JDK puts into one record: the most that it may carry (RFC 8446 §5.1) without the 17
     * bytes of padding and type that it adds to each. One byte more would be one more record.
     */
    static final int RECORD = 16 * 1024 - 17;

    /** Records that are moved at once at the most. */
    static final int RECORDS = 4;

    /** What the JDK wants to be free behind a record's bytes, for what it takes off again. */
    static final int SLACK = 512;

    private byte[] bytes = new byte[RECORD + SLACK];
    private int length;

    /** Nothing yet. */
    public Chunk() {}

    /**
     * Waits for bytes.
     *
     * @return how many; -1 at the end
     */
    public int fill(Side from) throws IOException {
        int size = (length < RECORD ? 1 : RECORDS) * RECORD + SLACK;
        if (bytes.length != size) {
            bytes = new byte[size];
        }
        length = from.read(bytes);
        return length;
    }

    /** Passes on what was read last. */
    public void drain(Side to) throws IOException {
        to.write(bytes, length);
    }
}
