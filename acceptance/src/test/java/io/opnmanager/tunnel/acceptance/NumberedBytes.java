package io.opnmanager.tunnel.acceptance;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** Many bytes, no two blocks of which are alike, made where they are wanted and held nowhere. */
final class NumberedBytes {

    static final long GIBIBYTE = 1L << 30;

    private static final int BLOCK = 256 * 1024;

    private final long seed;
    private final long total;

    /**
     * Of one sender.
     *
     * @param total whole blocks of 256 KiB
     */
    NumberedBytes(long seed, long total) {
        this.seed = seed;
        this.total = total;
    }

    private byte[] block() {
        byte[] block = new byte[BLOCK];
        new Random(seed).nextBytes(block);
        return block;
    }

    private static void number(byte[] block, long number) {
        ByteBuffer.wrap(block).putLong(number).putLong(block.length / 2, number);
    }

    /** Sends all of them; answers how many. */
    long send(Socket to) throws IOException {
        byte[] block = block();
        long done = 0;
        for (long number = 0; done < total; number++) {
            number(block, number);
            to.getOutputStream().write(block);
            done += block.length;
        }
        return done;
    }

    /** How many came as they were sent, up to the first that did not. */
    long compare(Socket from) throws IOException {
        byte[] block = block();
        byte[] come = new byte[block.length];
        long done = 0;
        for (long number = 0; done < total; number++) {
            number(block, number);
            int read = from.getInputStream().readNBytes(come, 0, come.length);
            int other = Arrays.mismatch(block, 0, block.length, come, 0, read);
            if (other >= 0) {
                return done + other;
            }
            done += read;
        }
        return done;
    }
}
